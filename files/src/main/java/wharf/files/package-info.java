/// The served tree: confinement, listings, staged uploads. Knows nothing of any protocol.
///
/// ```
///   VirtualPath   what a client may name: normalised, cannot say "outside"
///       |
///     Tree        the operations; safe from many threads
///       |  \________ Listing, OpenFile, Upload: what it hands out; one caller at a time
///       |  \________ Copy, Removal: of whole trees, in a HiddenPlace
///       |
///   Confinement   walks names from the root by descriptor      Staging   parts of unfinished uploads
///       |
///   SecureDirectoryStream (openat, fstatat, renameat, unlinkat)
/// ```
///
/// Every problem of the world (missing, full, not permitted) is a [FileProblem].
@NullMarked
package wharf.files;

import org.jspecify.annotations.NullMarked;
