@NullMarked
package wharf.ftp.server;

import org.jspecify.annotations.NullMarked;
