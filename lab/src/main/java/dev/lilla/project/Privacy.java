package dev.lilla.project;

import java.util.List;

/// Where the texts of a project may go.
public enum Privacy {
    /// They never leave this machine.
    LOCAL,
    /// They may, once personal data is taken out.
    REDACTED,
    /// They may.
    OPEN;

    /// As a project file has it.
    public String label() {
        return EnumWords.of(this);
    }

    public static List<String> labels() {
        return EnumWords.of(Privacy.class);
    }
}
