package wharf.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where the bytes of an upload go. Used by one caller at a time; it is not closed by the driver.
public interface Sink {
  /// Takes all bytes of `from`.
  ///
  /// @throws IOException when the store cannot take them; the transfer ends with
  ///   [Ending#STORE_FAILED]
  void write(ByteBuffer from) throws IOException;
}
