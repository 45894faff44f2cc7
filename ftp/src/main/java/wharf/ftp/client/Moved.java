package wharf.ftp.client;

/// What one command that moves data came to.
///
/// @param bytes how many went over the data connection
/// @param reply the server's last word; with a receipt in it from some, as Wharf
public record Moved(long bytes, Reply reply) {}
