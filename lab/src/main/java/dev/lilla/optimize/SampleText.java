package dev.lilla.optimize;

import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.ModelText;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.train.Columns;
import dev.lilla.train.Example;
import dev.lilla.train.ExampleFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/// The windows of a file that shows what a model is used for: of a text, or examples, each as the model's chat template
/// has it.
public final class SampleText {
    private static final Set<String> EXAMPLES = Set.of("jsonl", "ndjson", "csv", "tsv");

    private SampleText() {}

    /// @param context the most tokens of a window
    /// @throws IllegalArgumentException if there is no such file, or it cannot be read as what its name says
    public static List<TextWindow> windows(Path file, ModelText text, int context) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (EXAMPLES.contains(name.substring(name.lastIndexOf('.') + 1))) {
            List<int[]> examples = ExampleFile.read(file, Columns.DEFAULT).stream()
                    .map(example -> tokens(example, text))
                    .toList();
            return TextWindow.examples(examples, context);
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + " is no file, expected a text of what the model is used for.");
        }
        try {
            int[] tokens = text.text(Files.readString(file));
            return TextWindow.cut(tokens, context, beginning(text.tokenizer()));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    file + ": is not UTF-8 text. Convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8", e);
        }
    }

    /// The token that begins a text, if the tokenizer puts it there.
    public static OptionalInt beginning(Tokenizer tokenizer) {
        int[] empty = tokenizer.encode("", SpecialTokens.ADD);
        OptionalInt begin = tokenizer.beginOfText();
        return empty.length > 0 && begin.isPresent() && empty[0] == begin.getAsInt() ? begin : OptionalInt.empty();
    }

    private static int[] tokens(Example example, ModelText text) {
        return switch (example) {
            case Example.Text whole -> ended(text.text(whole.text()), text);
            case Example.Conversation chat -> conversation(chat.messages(), chat.variables(), chat.words(), text);
            case Example.Completion pair -> {
                List<Map<String, Object>> messages = new ArrayList<>();
                pair.system().ifPresent(system -> messages.add(message("system", system)));
                messages.add(message("user", pair.prompt()));
                messages.add(message("assistant", pair.completion()));
                yield conversation(messages, Map.of(), pair.prompt() + pair.completion(), text);
            }
        };
    }

    private static int[] conversation(
            List<Map<String, Object>> messages, Map<String, Object> variables, String words, ModelText text) {
        return text.template().isPresent() ? text.conversation(messages, variables) : ended(text.text(words), text);
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static int[] ended(int[] tokens, ModelText text) {
        return text.tokenizer().endOfText().isEmpty()
                ? tokens
                : IntStream.concat(
                                Arrays.stream(tokens),
                                IntStream.of(text.tokenizer().endOfText().getAsInt()))
                        .toArray();
    }
}
