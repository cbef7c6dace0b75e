package dev.lilla.grammar;

/// How much a grammar may need, since it may come from a stranger.
final class GrammarLimits {
    /// The longest source; the largest schemas in use take some 100 KB.
    static final int SOURCE_CHARACTERS_MAX = 1 << 20;
    /// The deepest nesting of groups, which the stack has to hold.
    static final int DEPTH_MAX = 96;
    /// The deepest nesting of schemas, references followed.
    static final int SCHEMA_DEPTH_MAX = 300;
    /// The most states before subsets are formed.
    static final int NFA_STATES_MAX = 1 << 19;
    /// The most states after it.
    static final int STATES_MAX = 1 << 17;
    /// The most entries of the transition table, of 4 bytes.
    static final int TABLE_ENTRIES_MAX = 1 << 24;
    /// The most states looked at while compiling: a second or two.
    static final long COMPILE_WORK_MAX = 40_000_000;
    /// The most places a text may be at once in an ambiguous grammar.
    static final int HEADS_MAX = 256;
    /// The most places looked at for one mask: a second or two.
    static final long MASK_WORK_MAX = 20_000_000;
    /// The deepest nesting of a text; JSON parsers commonly end at 500.
    static final int FRAMES_MAX = 400;

    private GrammarLimits() {}

    /// @throws GrammarException if a source is too long
    static void checkSource(String kind, String source) {
        if (source.length() > SOURCE_CHARACTERS_MAX) {
            throw new GrammarException(kind + " has " + source.length() + " characters, expected at most "
                    + SOURCE_CHARACTERS_MAX + ". Make it shorter.");
        }
    }
}
