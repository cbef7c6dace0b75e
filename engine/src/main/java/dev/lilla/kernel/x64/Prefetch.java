package dev.lilla.kernel.x64;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How far ahead of its loads a loop fetches what streams by, and into which cache.
///
/// On Zen 5 memory is read at its full speed only if it is fetched far ahead and into the first level. Two threads,
/// panels of 2,048 and 5,632 columns, variants in turns, GB/s of the first and of 1,024 bytes into the second level:
///
/// | | Q4_0 | Q8_0 | Q4_K | Q6_K |
/// | --- | --- | --- | --- | --- |
/// | 1 row | 40 to 43, 26 to 34 | 48 to 50, 38 to 40 | 47 to 48, 33 | 50 to 53, 42 |
/// | 4 rows | 28, 26 | 43, 30 | 39, 27 | 27, 21 |
/// | 16 rows | 15.7, 14.8 | 24.5, 19.5 | 14.0, 12.8 | 14.0, 12.7 |
///
/// 4,096 to 8,192 bytes are alike; the end of a chunk fetches so much in vain. On Zen 4 it is the other way round:
/// 28 GB/s with 2,048 bytes into the first level, 31 with 1,024 into the second, and 30.6 without (Q4_0).
///
/// Intel's take after Zen 5. An Emerald Rapids beside busy neighbors, one row, panels of 2,048
/// columns, two starts, GB/s of Q4_0, Q8_0 and Q4_K:
///
/// | | first | second |
/// | --- | --- | --- |
/// | first level, 5,120 bytes | 23.1, 24.6, 22.6 | 29.4, 30.1, 27.3 |
/// | 3,072 bytes | | 27.0, 30.4, 26.0 |
/// | 2,048 bytes | 22.2, 29.1, 22.4 | 10.9, 30.1, 23.3 |
/// | second level, 1,024 bytes | 19.5, 22.9, 19.6 | 13.0, 30.8, 25.0 |
/// | not fetched | 17.5, 20.6, 19.3 | |
///
/// @param isNear whether into the first level, else into the second
/// @param bytes ahead, or 0 for not
/// @param splitBytes the same for codes of five and six bits, whose nibbles and upper bits are wanted at once. On
///     Zen 4 with 2,560 bytes, not 1,024, Q5_0 is 1.3 times as fast, Q6_K 1.06 to 1.35 and Q5_K as fast
public record Prefetch(boolean isNear, int bytes, int splitBytes) {
    /// Says what to do instead of what suits the processor: `none`, or the level and the bytes ahead, as `t1+1024`.
    private static final String PROPERTY = "lilla.prefetch";

    private static final Pattern FORM = Pattern.compile("t([01])\\+(\\d{1,6})");

    private static final int LINE = 64;

    private static final int ZEN_5 = 26;

    static final Prefetch NONE = new Prefetch(true, 0, 0);

    /// What suits this processor, or what the property `lilla.prefetch` says.
    ///
    /// @throws IllegalArgumentException if that has not the form it should have
    static Prefetch ofThisMachine() {
        String words = System.getProperty(PROPERTY, "");
        return words.isEmpty() ? of(CpuId.ofThisMachine().map(CpuId::amdFamily).orElse(0)) : parse(words);
    }

    /// @param amdFamily 0 for others than AMD's
    static Prefetch of(int amdFamily) {
        boolean isBeforeZen5 = 0 < amdFamily && amdFamily < ZEN_5;
        return isBeforeZen5 ? new Prefetch(false, 1024, 2560) : new Prefetch(true, 5120, 5120);
    }

    /// @throws IllegalArgumentException if it is not of the form that the property has
    static Prefetch parse(String words) {
        if (words.equals("none")) {
            return NONE;
        }
        Matcher form = FORM.matcher(words);
        if (!form.matches()) {
            throw new IllegalArgumentException(PROPERTY + " is \"" + words
                    + "\", expected none, or t0 or t1 and the bytes ahead, as t1+1024; leave it out for what suits the"
                    + " processor");
        }
        int bytes = Integer.parseInt(form.group(2));
        return new Prefetch(form.group(1).equals("0"), bytes, bytes);
    }

    /// Fetches lines `from` to `to` of what is so far ahead of `place`.
    ///
    /// @param isSplit whether codes have upper bits that lie apart
    void lines(Assembler asm, Mem place, boolean isSplit, int from, int to) {
        int ahead = isSplit ? splitBytes : bytes;
        for (int line = from; ahead > 0 && line < to; line++) {
            Mem fetched = place.plus(ahead + line * LINE);
            if (isNear) {
                asm.prefetcht0(fetched);
            } else {
                asm.prefetcht1(fetched);
            }
        }
    }

    /// In words for users.
    @Override
    public String toString() {
        if (bytes == 0) {
            return "not fetched ahead";
        }
        String ahead = bytes == splitBytes ? bytes + " bytes" : bytes + " (5 and 6 bits: " + splitBytes + ") bytes";
        return "fetched " + ahead + " ahead, into the " + (isNear ? "first" : "second") + "-level cache";
    }
}
