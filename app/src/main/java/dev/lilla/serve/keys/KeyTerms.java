package dev.lilla.serve.keys;

import dev.lilla.serve.http.Access;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// What a key is for.
///
/// @param name what its owner calls it
/// @param access what it allows
/// @param requestsPerMinute that it may make; empty for any number
/// @param tokensPerDay that it may use, read and written, in a day of UTC; empty for any number
public record KeyTerms(String name, Set<Access> access, OptionalInt requestsPerMinute, OptionalLong tokensPerDay) {
    private static final int NAME_LENGTH_MAX = 100;

    public KeyTerms {
        access = Set.copyOf(access);
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the name of a key has 1 to " + NAME_LENGTH_MAX + " printable characters, found \"" + name + "\"");
        }
        if (access.isEmpty() || access.contains(Access.PUBLIC)) {
            throw new IllegalArgumentException("a key allows infer, admin or both, found " + access);
        }
        if (requestsPerMinute.isPresent() && requestsPerMinute.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "requests per minute must be 1 or more, found " + requestsPerMinute.getAsInt());
        }
        if (tokensPerDay.isPresent() && tokensPerDay.getAsLong() < 1) {
            throw new IllegalArgumentException("tokens per day must be 1 or more, found " + tokensPerDay.getAsLong());
        }
    }

    /// A key with all rights and no bounds.
    public static KeyTerms unbounded(String name) {
        return new KeyTerms(name, Set.of(Access.INFER, Access.ADMIN), OptionalInt.empty(), OptionalLong.empty());
    }
}
