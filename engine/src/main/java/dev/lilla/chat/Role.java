package dev.lilla.chat;

import java.util.Locale;

/// Who speaks.
public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    TOOL;

    /// The name that chat templates and the wire use: `user`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The role of a label; `developer` is the system's newer name.
    ///
    /// @throws IllegalArgumentException if there is no such role
    public static Role of(String label) {
        return switch (label) {
            case "system", "developer" -> SYSTEM;
            case "user" -> USER;
            case "assistant" -> ASSISTANT;
            case "tool" -> TOOL;
            default ->
                throw new IllegalArgumentException(
                        "no role '" + label + "'; there are system, user, assistant and tool");
        };
    }
}
