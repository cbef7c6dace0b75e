package dev.lilla.generate;

import java.util.UUID;

/// Among which requests cached keys and values may be reused.
///
/// How fast an answer begins tells whether somebody sent the same beginning before, so reuse stays among requests of
/// one owner unless they share on purpose.
public sealed interface CacheScope {
    /// Among all requests with this scope: for texts that are no secret, such as a system prompt of everybody.
    record Shared() implements CacheScope {}

    /// Among the requests of one owner.
    ///
    /// @param name tells the owner from others: an API key's id
    record Owner(String name) implements CacheScope {}

    /// Only among the texts written for one request; nothing is kept afterwards.
    ///
    /// @param id tells the request from others
    record Request(UUID id) implements CacheScope {
        public Request() {
            this(UUID.randomUUID());
        }
    }

    /// What keys hold of it; no two kinds agree, whatever an owner is called.
    default String label() {
        return switch (this) {
            case Shared() -> "shared";
            case Owner(String name) -> "owner " + name;
            case Request(UUID id) -> "request " + id;
        };
    }
}
