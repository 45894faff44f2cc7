@NullMarked
package wharf.bench;

import org.jspecify.annotations.NullMarked;
