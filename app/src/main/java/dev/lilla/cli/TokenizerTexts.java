package dev.lilla.cli;

import dev.lilla.tokenizer.TrainingText;
import dev.lilla.tokenizer.TrainingText.Use;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the texts that a vocabulary is trained on, part by part: files of plain text, and files of JSON lines
/// (`.jsonl`) that hold `messages`, `prompt` with `completion`, or `text`.
///
/// What the assistant says, completions and plain text count as written; the rest as read.
final class TokenizerTexts {
    /// Texts are handed on when they have so many characters together.
    private static final int BATCH_CHARACTERS = 1 << 20;
    /// A line, or a stretch of plain text without a place to cut, is at most so long.
    private static final int LINE_CHARACTERS_MAX = 64 << 20;

    private final Path file;
    private final Consumer<List<TrainingText>> batches;
    private List<TrainingText> batch = new ArrayList<>();
    private long characters;
    private long texts;

    /// @param batches is given lists that it may keep
    TokenizerTexts(Path file, Consumer<List<TrainingText>> batches) {
        this.file = file;
        this.batches = batches;
    }

    /// Reads the whole file.
    ///
    /// @return how many texts it has
    /// @throws IllegalArgumentException if a line is none of the known forms; bytes that are no UTF-8 are read as
    ///     U+FFFD
    long read() throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder), 1 << 16)) {
            if (file.getFileName().toString().endsWith(".jsonl")) {
                readLines(reader);
            } else {
                readPlain(reader);
            }
        }
        flush();
        return texts;
    }

    /// Plain text in stretches that end where a line does and the next begins with no white space, so that words stay
    /// whole.
    private void readPlain(BufferedReader reader) throws IOException {
        StringBuilder stretch = new StringBuilder();
        int before = -1;
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            boolean cut = before == '\n' && !Character.isWhitespace(c);
            if (stretch.length() >= BATCH_CHARACTERS && (cut || mustCut(stretch, c))) {
                add(stretch.toString(), Use.WRITTEN);
                stretch.setLength(0);
            }
            stretch.append((char) c);
            before = c;
        }
        if (!stretch.isEmpty()) {
            add(stretch.toString(), Use.WRITTEN);
        }
    }

    private static boolean mustCut(StringBuilder stretch, int next) {
        return stretch.length() >= LINE_CHARACTERS_MAX && !Character.isLowSurrogate((char) next);
    }

    private void readLines(BufferedReader reader) throws IOException {
        long number = 0;
        for (String line = line(reader); line != null; line = line(reader)) {
            number++;
            if (!line.isBlank()) {
                addExample(line, file + ": line " + number);
            }
        }
    }

    /// A line, or null at the end.
    private @Nullable String line(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() == LINE_CHARACTERS_MAX) {
                throw new IllegalArgumentException(file + ": a line has more than " + LINE_CHARACTERS_MAX
                        + " characters. Check that it is a file of JSON lines");
            }
            line.append((char) c);
        }
        return line.isEmpty() ? null : line.toString();
    }

    private void addExample(String line, String place) {
        JsonNode example;
        try {
            example = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(place + ": is no JSON: " + e.getOriginalMessage(), e);
        }
        if (example.path("messages").isArray()) {
            addMessages(example.path("messages"), place, Use.READ);
        } else if (example.has("prompt") && example.has("completion")) {
            addPart(example.path("prompt"), place + ": prompt", Use.READ);
            addPart(example.path("completion"), place + ": completion", Use.WRITTEN);
        } else if (example.path("text").isString()) {
            add(example.path("text").asString(), Use.WRITTEN);
        } else {
            throw new IllegalArgumentException(
                    place + ": has none of \"messages\" (a list), \"prompt\" with \"completion\", and \"text\"");
        }
    }

    /// A text, or a list of messages.
    private void addPart(JsonNode part, String place, Use use) {
        if (part.isString()) {
            add(part.asString(), use);
        } else if (part.isArray()) {
            addMessages(part, place, use);
        } else {
            throw new IllegalArgumentException(place + " is " + part.getNodeType() + ", expected a text or messages");
        }
    }

    private void addMessages(JsonNode messages, String place, Use otherwise) {
        for (JsonNode message : messages) {
            JsonNode content = message.path("content");
            if (!content.isString()) {
                throw new IllegalArgumentException(place + ": a message has "
                        + (content.isMissingNode() ? "no content" : "content of type " + content.getNodeType())
                        + ", expected a text");
            }
            boolean written = message.path("role").asString("").equals("assistant");
            add(content.asString(), written ? Use.WRITTEN : otherwise);
        }
    }

    private void add(String text, Use use) {
        texts++;
        characters += text.length();
        batch.add(new TrainingText(text, use));
        if (characters >= BATCH_CHARACTERS) {
            flush();
        }
    }

    private void flush() {
        if (!batch.isEmpty()) {
            batches.accept(batch);
            batch = new ArrayList<>();
            characters = 0;
        }
    }
}
