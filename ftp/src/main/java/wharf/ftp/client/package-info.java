@NullMarked
package wharf.ftp.client;

import org.jspecify.annotations.NullMarked;
