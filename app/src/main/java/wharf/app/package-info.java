@NullMarked
package wharf.app;

import org.jspecify.annotations.NullMarked;
