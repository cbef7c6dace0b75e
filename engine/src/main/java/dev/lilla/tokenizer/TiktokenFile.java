package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// `qwen.tiktoken` of Qwen v1: a line for each token, Base64 of its bytes, a space, its rank. Ranks are ids, in order.
public final class TiktokenFile {
    /// After the ranks come `<|endoftext|>`, `<|im_start|>`, `<|im_end|>` and 205 spare ones.
    /// Source: Qwen's tokenization_qwen.py.
    private static final int QWEN_EXTRAS = 205;

    private TiktokenFile() {}

    /// The special tokens of Qwen v1; their ids follow the ranks.
    public static List<String> qwenSpecialTokens() {
        List<String> names = new ArrayList<>(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
        for (int i = 0; i < QWEN_EXTRAS; i++) {
            names.add("<|extra_" + i + "|>");
        }
        return names;
    }

    /// The tokens by rank, in the [ByteAlphabet].
    ///
    /// @throws ModelFormatException if the file is broken
    public static List<String> tokens(Path path) {
        return tokens(content(path), path.toString());
    }

    static Tokenizer readQwen(Path path) {
        return qwen(content(path), path.toString());
    }

    private static String content(Path path) {
        try {
            if (Files.size(path) > TokenizerLimits.FILE_BYTES_MAX) {
                throw new ModelFormatException(path + ": has " + Files.size(path) + " bytes, expected at most "
                        + TokenizerLimits.FILE_BYTES_MAX + ". Check that it is a tiktoken file.");
            }
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    static Tokenizer qwen(String content, String file) {
        RankedTokens ranked = new RankedTokens(tokens(content, file), 0);
        int end = ranked.tokens().size();
        return ranked.tokenizer(
                new RankedTokens.Setting(
                        RankedTokens.specialTokens(qwenSpecialTokens(), end),
                        new TextNormalizer.Unicode(Normalizer.Form.NFC),
                        new Cl100kScanner(1),
                        new int[0],
                        OptionalInt.empty(),
                        OptionalInt.of(end)),
                file);
    }

    private static List<String> tokens(String content, String file) {
        List<String> tokens = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int lineNumber = 0;
        for (String line : (Iterable<String>) content.lines()::iterator) {
            lineNumber++;
            String place = file + ": line " + lineNumber;
            if (line.isBlank()) {
                continue;
            }
            int space = line.indexOf(' ');
            if (space < 0) {
                throw new ModelFormatException(
                        place + ": has no rank, expected Base64, a space and a rank." + " Download the file again.");
            }
            if (!line.substring(space + 1).strip().equals(String.valueOf(tokens.size()))) {
                throw new ModelFormatException(place + ": has rank " + line.substring(space + 1) + ", expected "
                        + tokens.size() + ". Download the file again.");
            }
            TokenizerLimits.tokens(tokens.size() + 1L, place);
            String token = RankedTokens.decode(line.substring(0, space), place);
            if (!seen.add(token)) {
                throw new ModelFormatException(place + ": the token is there twice. Download the file again.");
            }
            tokens.add(token);
        }
        TokenizerLimits.tokens(tokens.size(), file);
        return tokens;
    }
}
