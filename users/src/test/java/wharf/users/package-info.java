@NullMarked
package wharf.users;

import org.jspecify.annotations.NullMarked;
