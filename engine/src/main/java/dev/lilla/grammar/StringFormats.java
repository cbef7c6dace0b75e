package dev.lilla.grammar;

import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The formats of strings, as patterns. They ask for no more than ordinary spellings: every text of theirs is valid,
/// but not every valid text is one of theirs.
final class StringFormats {
    private static final String LABEL = "[A-Za-z0-9]{1,20}(-[A-Za-z0-9]{1,20}){0,2}";
    private static final String HOST = LABEL + "(\\." + LABEL + "){0,4}";
    private static final String DOMAIN = "(" + LABEL + "\\.){1,4}[A-Za-z]{2,12}";
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String DATE =
            "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
                    + "|02-(0[1-9]|1[0-9]|2[0-8]))"
                    + "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";
    private static final String TIME =
            "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?" + "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
    private static final String GROUP = "[0-9A-Fa-f]{1,4}";
    private static final String URI = "https?://" + DOMAIN + "(:[1-9][0-9]{1,3})?(/[A-Za-z0-9._~-]{1,40}){0,8}/?"
            + "(\\?[A-Za-z0-9._~=&-]{1,80})?(#[A-Za-z0-9._~-]{1,40})?";

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "T" + TIME),
            Map.entry("uuid", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
            Map.entry("ipv4", BYTE + "(\\." + BYTE + "){3}"),
            Map.entry("ipv6", ipv6()),
            Map.entry("hostname", HOST),
            Map.entry("email", "[A-Za-z0-9_+-]{1,30}(\\.[A-Za-z0-9_+-]{1,30})?@" + DOMAIN),
            Map.entry("uri", URI));

    private StringFormats() {}

    /// The pattern of a whole string.
    static Optional<String> pattern(String format) {
        return Optional.ofNullable(PATTERNS.get(format));
    }

    static String names() {
        return String.join(", ", new TreeSet<>(PATTERNS.keySet()));
    }

    /// Eight groups, or fewer with one `::` that stands for at least one (RFC 4291).
    private static String ipv6() {
        StringBuilder forms = new StringBuilder("((" + GROUP + ":){7}" + GROUP);
        for (int before = 0; before <= 6; before++) {
            forms.append('|');
            if (before > 0) {
                forms.append(GROUP)
                        .append("(:")
                        .append(GROUP)
                        .append("){")
                        .append(before - 1)
                        .append('}');
            }
            forms.append("::(")
                    .append(GROUP)
                    .append("(:")
                    .append(GROUP)
                    .append("){0,")
                    .append(6 - before)
                    .append("})?");
        }
        return forms.append(')').toString();
    }
}
