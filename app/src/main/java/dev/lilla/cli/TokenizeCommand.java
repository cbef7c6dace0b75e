package dev.lilla.cli;

import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `lilla tokenize`: text to token ids, and back.
@Command(
        name = "tokenize",
        sortOptions = false,
        description = {
            "Shows which tokens a model makes of a text, or which text ids stand for.",
            "",
            "Special tokens in the text are recognized, and those the model expects around a text are added, unless "
                    + "--no-special. With --file, each line is a text and gives a line of ids; with --json as well, a "
                    + "line of JSON.",
        },
        footer = {
            "",
            "For example:",
            "  lilla tokenize tinyllama-1.1b-chat-v1.0 \"Hello world\"",
            "  lilla tokenize model.gguf --file texts.txt --json",
            "  lilla tokenize model.gguf --decode 1,15043,3186",
        })
final class TokenizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TEXT",
            description = "The text; \"-\" or nothing for standard input.")
    private @Nullable String text;

    @Option(names = "--file", paramLabel = "FILE", description = "A file in which each line is a text.")
    private @Nullable Path file;

    @Option(
            names = "--decode",
            split = ",",
            paramLabel = "ID",
            description = "Decodes ids instead, separated by commas.")
    private int @Nullable [] decode;

    @Option(
            names = "--no-special",
            description = "Adds no special tokens and recognizes none: how text that a user typed is encoded.")
    private boolean noSpecial;

    @Option(
            names = "--parse-special",
            description = "Adds no special tokens, but recognizes them: how a rendered chat template is encoded.")
    private boolean parseSpecial;

    @Mixin
    private final JsonOption json = new JsonOption();

    TokenizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireOneSource();
        Tokenizer tokenizer = TokenizerSource.open(model.path(console));
        if (decode != null) {
            printDecoded(tokenizer, decode);
        } else if (file != null) {
            encodeLines(tokenizer, file);
        } else {
            String input = text == null || text.equals("-") ? console.readAll() : text;
            int[] ids = tokenizer.encode(input, special());
            if (json.isSet()) {
                console.printJson(entry(tokenizer, input, ids));
            } else {
                print(tokenizer, ids);
            }
        }
        return 0;
    }

    private void requireOneSource() {
        if (Stream.of(text, file, decode).filter(Objects::nonNull).count() > 1) {
            throw new IllegalArgumentException("give one of TEXT, --file and --decode");
        }
        if (noSpecial && parseSpecial) {
            throw new IllegalArgumentException("give one of --no-special and --parse-special");
        }
    }

    private void printDecoded(Tokenizer tokenizer, int[] ids) {
        if (json.isSet()) {
            console.printJson(entry(tokenizer, tokenizer.decode(ids), ids));
        } else {
            console.out().println(tokenizer.decode(ids));
        }
    }

    private void encodeLines(Tokenizer tokenizer, Path lines) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(lines)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int[] ids = tokenizer.encode(line, special());
                console.out()
                        .println(
                                json.isSet()
                                        ? JsonMapper.shared().writeValueAsString(entry(tokenizer, line, ids))
                                        : text(ids));
            }
        }
    }

    private SpecialTokens special() {
        if (noSpecial) {
            return SpecialTokens.NONE;
        }
        return parseSpecial ? SpecialTokens.PARSE : SpecialTokens.ADD;
    }

    private void print(Tokenizer tokenizer, int[] ids) {
        Table table = new Table(">ID", "TOKEN", "");
        for (int id : ids) {
            table.row(id, visible(tokenizer.token(id)), tokenizer.isSpecial(id) ? "special" : "");
        }
        table.print(console.out());
        console.out().println();
        console.out().println(ids.length + (ids.length == 1 ? " token: " : " tokens: ") + text(ids));
    }

    private static ObjectNode entry(Tokenizer tokenizer, String text, int[] ids) {
        ObjectNode entry = JsonMapper.shared().createObjectNode();
        entry.put("text", text);
        ArrayNode list = entry.putArray("ids");
        List<String> tokens = new ArrayList<>();
        for (int id : ids) {
            list.add(id);
            tokens.add(tokenizer.token(id));
        }
        ArrayNode names = entry.putArray("tokens");
        tokens.forEach(names::add);
        return entry;
    }

    private static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    /// A token on one line, whatever it holds.
    private static String visible(String token) {
        return token.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }
}
