package dev.lilla.tokenizer;

import java.util.Map;
import java.util.Optional;

/// The regular expressions that published tokenizers split text with, recognized by their text.
///
/// Running a stranger's expression would be slow or never end; each known one has a scanner of its own instead.
/// Sources: tokenizer.json files of the families, llama.cpp's llama-vocab.cpp, tekken.json.
final class KnownPatterns {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String CONTRACTIONS_SPELLED = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private static final String AFTER_DIGITS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String WORD = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
    private static final String CASED_SMALL =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
    private static final String CASED_CAPITAL =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
    private static final String AFTER_CASED_DIGITS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /// As published, for whoever writes it.
    static final String QWEN2_REGEX = CONTRACTIONS + WORD + "\\p{N}" + AFTER_DIGITS;

    static final String LLAMA3_REGEX = CONTRACTIONS + WORD + "\\p{N}{1,3}" + AFTER_DIGITS;

    private static final PieceScanner QWEN2 = new Cl100kScanner(1);
    private static final PieceScanner LLAMA3 = new Cl100kScanner(3);

    private static final Map<String, PieceScanner> SCANNERS = Map.ofEntries(
            Map.entry(GPT2, Gpt2Scanner.WITHOUT_SPACES),
            Map.entry(GPT2 + "|\\s+", Gpt2Scanner.WITH_SPACES),
            Map.entry(QWEN2_REGEX, QWEN2),
            Map.entry(CONTRACTIONS_SPELLED + WORD + "\\p{N}" + AFTER_DIGITS, QWEN2),
            Map.entry(LLAMA3_REGEX, LLAMA3),
            Map.entry(CONTRACTIONS_SPELLED + WORD + "\\p{N}{1,3}" + AFTER_DIGITS, LLAMA3),
            Map.entry(CASED_SMALL + "|" + CASED_CAPITAL + "|\\p{N}" + AFTER_CASED_DIGITS, CasedScanner.TEKKEN),
            Map.entry(
                    CASED_SMALL + CONTRACTIONS + "?|" + CASED_CAPITAL + CONTRACTIONS + "?|\\p{N}{1,3}"
                            + AFTER_CASED_DIGITS,
                    CasedScanner.GPT_4O),
            Map.entry(
                    CASED_SMALL + CONTRACTIONS_SPELLED + "?|" + CASED_CAPITAL + CONTRACTIONS_SPELLED + "?|\\p{N}{1,3}"
                            + AFTER_CASED_DIGITS,
                    CasedScanner.GPT_4O),
            Map.entry("[\\p{P}\\$\\+<=>\\^~\\|`]+", ClassScanner.PUNCTUATIONS),
            Map.entry("[\\p{P}\\$\\+<=>\\^~\\|]+", ClassScanner.PUNCTUATIONS),
            Map.entry("[0-9][0-9][0-9]", ClassScanner.THREE_DIGITS),
            Map.entry("[0-9]{3}", ClassScanner.THREE_DIGITS),
            Map.entry("\\p{N}", ClassScanner.NUMBER),
            Map.entry("\\p{N}+", ClassScanner.NUMBERS),
            Map.entry("\\p{N}{1,3}", ClassScanner.THREE_NUMBERS),
            Map.entry("\\s", ClassScanner.SPACE),
            Map.entry("\\s+", ClassScanner.SPACES),
            Map.entry("\\w+|[^\\w\\s]+", ClassScanner.WORDS));

    private KnownPatterns() {}

    /// The scanner of a regular expression, if it is known.
    static Optional<PieceScanner> find(String regex) {
        return Optional.ofNullable(SCANNERS.get(regex));
    }
}
