package dev.lilla.store;

/// A file of a stored model.
///
/// @param path inside the model's folder, with `/`
/// @param sha256 of its bytes, in lower-case hexadecimal
public record StoredFile(String path, long bytes, String sha256) {}
