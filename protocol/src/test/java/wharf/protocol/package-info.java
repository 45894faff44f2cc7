@NullMarked
package wharf.protocol;

import org.jspecify.annotations.NullMarked;
