package dev.lilla.store;

import java.util.List;
import java.util.Locale;

/// What the license of a model permits, in short. It does not stand in for the text, which is at [#url].
///
/// @param id short and lower-case, as SPDX and the model hub have it: `apache-2.0`
/// @param commercialUse whether a business may use the model
/// @param changes whether it may be changed and passed on changed: tuned, pruned, quantized
/// @param terms what has to be kept to, in a few words each
public record License(
        String id, String name, String url, Permission commercialUse, Permission changes, List<String> terms) {
    public License {
        terms = List.copyOf(terms);
    }

    /// Whether something may be done.
    public enum Permission {
        YES,
        /// Under the [License#terms].
        CONDITIONAL,
        NO,
        /// Nobody has read it for the catalog yet.
        UNKNOWN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
