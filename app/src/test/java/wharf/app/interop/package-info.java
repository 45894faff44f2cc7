/// Wharf's server and the clients that people have: each does what it can do, under every model.
@NullMarked
package wharf.app.interop;

import org.jspecify.annotations.NullMarked;
