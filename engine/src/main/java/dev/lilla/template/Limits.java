package dev.lilla.template;

/// What one rendering may use. Templates come from strangers, so each of these refuses one instead of hanging.
final class Limits {
    /// Evaluated expressions, statements, iterations, and one more for every 64 characters that an operation reads.
    static final long STEPS_MAX = 4_000_000;
    /// Expressions, statements, calls and nested values in progress at once. Needs less than 512 KiB of stack.
    static final int DEPTH_MAX = 500;
    /// Characters of all texts made while rendering, with 4 for every list item and 32 for every dict entry.
    static final long CHARACTERS_MAX = 64L << 20;
    /// Jinja's own limit for `range` in its sandbox.
    static final int RANGE_MAX = 100_000;
    /// Bits of an integer; Python prints integers up to 4300 digits.
    static final int INTEGER_BITS_MAX = 14_000;

    static final int CHARACTERS_PER_ITEM = 4;
    static final int CHARACTERS_PER_ENTRY = 32;

    private long steps;
    private long characters;
    private int depth;

    void step() {
        work(1);
    }

    void work(long count) {
        steps += count;
        if (steps > STEPS_MAX) {
            throw new TemplateException("the template takes more than " + STEPS_MAX + " steps");
        }
    }

    /// Accounts for an operation that reads `length` characters.
    void read(long length) {
        work(1 + (length >> 6));
    }

    /// Accounts for text of `length` characters before it is made.
    void allocate(long length) {
        characters += length;
        if (characters > CHARACTERS_MAX) {
            throw new TemplateException("the template makes more than " + CHARACTERS_MAX + " characters of text");
        }
        read(length);
    }

    void allocateItems(long count) {
        allocate(count * CHARACTERS_PER_ITEM);
    }

    void enter() {
        if (++depth > DEPTH_MAX) {
            throw new TemplateException("the template nests more than " + DEPTH_MAX + " levels deep");
        }
    }

    void leave() {
        depth--;
    }
}
