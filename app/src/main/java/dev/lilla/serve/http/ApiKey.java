package dev.lilla.serve.http;

import java.util.Set;

/// A key that was recognized.
///
/// @param id tells its owner from others, and is no secret: time and cached prompts are shared out by it
/// @param access what it allows
public record ApiKey(String id, Set<Access> access) {
    /// Whoever asks a server that has no keys.
    public static final ApiKey ANYBODY = new ApiKey("anybody", Set.of(Access.values()));

    public ApiKey {
        access = Set.copyOf(access);
    }

    boolean allows(Access wanted) {
        return wanted == Access.PUBLIC || access.contains(wanted);
    }
}
