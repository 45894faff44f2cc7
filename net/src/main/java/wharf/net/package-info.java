@NullMarked
package wharf.net;

import org.jspecify.annotations.NullMarked;
