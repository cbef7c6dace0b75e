package dev.lilla.hub;

import org.jspecify.annotations.Nullable;

/// A file of a repository on the hub.
///
/// @param gitOid SHA-1 of the git blob: of the content, or of a pointer where there is a `sha256`
/// @param sha256 of the content of a large file; `null` for one that lies in git itself
record HubFile(
        String path, long bytes, String gitOid, @Nullable String sha256) {
    /// What names this content and no other.
    String contentId() {
        return sha256 == null ? gitOid : sha256;
    }
}
