package wharf.ftp.client;

import org.jspecify.annotations.Nullable;

/// What work with many files came to.
///
/// @param moved how many files were moved
/// @param bytes how many bytes went over the network for them
/// @param skipped how many need not be moved
/// @param planned how many would be moved, were it not only a rehearsal
/// @param deleted how many files and folders were deleted, or would be
/// @param failed how many files and folders could not be dealt with
/// @param first the first that failed, null if none did
public record Summary(
    long moved,
    long bytes,
    long skipped,
    long planned,
    long deleted,
    long failed,
    @Nullable FtpException first) {}
