package wharf.ftp.client;

/// What a transfer came to.
///
/// @param size of the whole file
/// @param moved how many bytes went over the network for it, fewer than `size` when resumed
/// @param verified whether the sizes at both ends were compared, and agreed
public record Receipt(long size, long moved, boolean verified) {}
