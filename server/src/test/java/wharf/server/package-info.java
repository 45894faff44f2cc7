@NullMarked
package wharf.server;

import org.jspecify.annotations.NullMarked;
