package dev.lilla.grammar;

/// How calls are written whose arguments stand between tags: the name, then each argument, then an end. Strings stand
/// there as they are, other values as JSON.
///
/// @param nameOpening before the name; empty for none, as the next two
/// @param nameClosing behind it
/// @param keyOpening before the name of an argument
/// @param keyClosing behind it
/// @param valueOpening before a value, where that is a tag of its own; else empty
/// @param valueClosing behind a value; no string holds it
/// @param closing behind the last argument
/// @param gap between tags
/// @param wrap around each value
public record CallTags(
        String nameOpening,
        String nameClosing,
        String keyOpening,
        String keyClosing,
        String valueOpening,
        String valueClosing,
        String closing,
        String gap,
        String wrap) {
    public CallTags {
        if (keyOpening.isEmpty() || keyClosing.isEmpty() || valueClosing.isEmpty() || closing.isEmpty()) {
            throw new IllegalArgumentException("the tags of keys and the ends need at least one character each");
        }
        if (!valueClosing.chars().allMatch(c -> c < 0x80)) {
            throw new IllegalArgumentException("the end of a value must be ASCII, found " + valueClosing);
        }
    }
}
