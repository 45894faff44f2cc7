package wharf.ftp.client;

/// Something that a walk, or a pattern, has come upon.
///
/// @param path where it is
/// @param relative the same seen from where the walk began, its names separated by `/`
/// @param entry what it is, under its last name
/// @param <P> what a path is: text on a server, a [java.nio.file.Path] here
public record Found<P>(P path, String relative, Entry entry) {}
