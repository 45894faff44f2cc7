@NullMarked
package wharf.files;

import org.jspecify.annotations.NullMarked;
