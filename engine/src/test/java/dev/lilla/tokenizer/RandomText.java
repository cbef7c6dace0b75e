package dev.lilla.tokenizer;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Seeded texts that look for trouble: words, white space of all kinds, digits, scripts, marks, garbage.
final class RandomText {
    private static final String[] PARTS = {
        "a",
        "Z",
        "hello",
        "World",
        "'s",
        "'LL",
        "'\u017F",
        "'",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\u00A0",
        "\u3000",
        "\u2028",
        "0",
        "1234",
        "\u0663",
        "\u2167",
        "\u00BD",
        ".",
        "...",
        "!?",
        "$",
        "+",
        "^",
        "`",
        "/",
        "//\n",
        "-",
        "_",
        "\u00E5",
        "\u00C4",
        "\u0130",
        "\u01C5",
        "\u02B0",
        "\u05D0",
        "\u0915\u093F",
        "e\u0301",
        "\u0301",
        "\u20DD",
        "\u4F60\u597D",
        "\uFF0C",
        "\uD83D\uDE80",
        "\u200D",
        "\uFE0F",
        "\u0000",
        "\u001B",
        "\uFFFD",
        "\u2581",
        "\u0120",
        "<s>",
        "<0x0A>",
        "\uD835\uDC00",
        "\uD835\uDFCE",
        "\uAC00",
        "\u1100\u1161",
        "\u0E01\u0E33",
        "\u202E",
        "\u00AD",
        "'re",
        "'x"
    };

    private final RandomGenerator random;

    RandomText(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    String words(int parts) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts; i++) {
            text.append(PARTS[random.nextInt(PARTS.length)]);
        }
        return text.toString();
    }

    /// Any UTF-16, lone surrogates included.
    String garbage(int units) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < units; i++) {
            text.append((char) (random.nextInt(4) == 0 ? 0xD800 + random.nextInt(0x800) : random.nextInt(0x10000)));
        }
        return text.toString();
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
