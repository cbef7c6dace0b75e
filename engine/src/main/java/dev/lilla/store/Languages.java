package dev.lilla.store;

import java.util.List;
import java.util.Optional;

/// Which languages a model was made for, as its publisher says.
///
/// @param codes ISO 639 codes: `en`, `sv`
/// @param claimed how many its publisher claims without naming all; 0 where the list is whole
/// @param note where the list comes from and what it leaves out
public record Languages(List<String> codes, int claimed, Optional<String> note) {
    public Languages {
        codes = List.copyOf(codes);
    }

    /// Whether the publisher names the language.
    public boolean names(String code) {
        return codes.contains(code);
    }

    /// Whether more languages are claimed than named.
    public boolean claimsMore() {
        return claimed > codes.size();
    }
}
