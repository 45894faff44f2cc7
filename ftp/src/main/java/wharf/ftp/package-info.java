@NullMarked
package wharf.ftp;

import org.jspecify.annotations.NullMarked;
