package dev.lilla.tokenizer;

import dev.lilla.tokenizer.PreTokenizer.Behavior;
import dev.lilla.tokenizer.PreTokenizer.Matches;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads the `pre_tokenizer` of a tokenizer.json.
final class JsonPreTokenizers {
    private static final String KINDS = "Sequence, ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace,"
            + " WhitespaceSplit, BertPreTokenizer";

    private final List<PreTokenizer> steps = new ArrayList<>();
    private int byteLevelAt = -1;

    private JsonPreTokenizers() {}

    /// A pre-tokenizer, and what a byte-level encoder gets from it; empty if it is not byte-level.
    record Result(PreTokenizer preTokenizer, Optional<ByteLevelBpe.Input> byteLevel) {}

    static Result read(JsonPart part) {
        JsonPreTokenizers reader = new JsonPreTokenizers();
        reader.add(part);
        if (reader.byteLevelAt < 0) {
            return new Result(reader.joined(), Optional.empty());
        }
        boolean last = reader.byteLevelAt == reader.steps.size();
        if (!last) {
            reader.steps.add(reader.byteLevelAt, new PreTokenizer.WriteBytes());
        }
        return new Result(reader.joined(), Optional.of(last ? ByteLevelBpe.Input.TEXT : ByteLevelBpe.Input.ALPHABET));
    }

    private PreTokenizer joined() {
        return switch (steps.size()) {
            case 0 -> new PreTokenizer.Whole();
            case 1 -> steps.getFirst();
            default -> new PreTokenizer.Sequence(steps);
        };
    }

    private void add(JsonPart part) {
        switch (part.string("type")) {
            case "Sequence" -> part.elements("pretokenizers").forEach(this::add);
            case "ByteLevel" -> addByteLevel(part);
            case "Split" ->
                steps.add(new PreTokenizer.Split(
                        JsonPatterns.read(part.get("pattern")),
                        behavior(part, "Isolated"),
                        part.flag("invert") ? Matches.BETWEEN : Matches.OF_PATTERN));
            case "Metaspace" -> steps.add(metaspace(part));
            case "Digits" ->
                steps.add(
                        part.flag("individual_digits")
                                ? split(ClassScanner.NUMBER, Behavior.ISOLATED)
                                : split(ClassScanner.NUMBERS, Behavior.ISOLATED));
            case "Punctuation" -> steps.add(split(ClassScanner.PUNCTUATION, behavior(part, "Isolated")));
            case "Whitespace" ->
                steps.add(new PreTokenizer.Split(ClassScanner.WORDS, Behavior.REMOVED, Matches.BETWEEN));
            case "WhitespaceSplit" -> steps.add(split(ClassScanner.SPACE, Behavior.REMOVED));
            case "BertPreTokenizer" -> steps.addAll(bert());
            case String other -> throw part.unsupported("the pre-tokenizer " + other, KINDS);
        }
    }

    private void addByteLevel(JsonPart part) {
        if (byteLevelAt >= 0) {
            throw part.unsupported("a second ByteLevel pre-tokenizer", KINDS);
        }
        if (part.flag("add_prefix_space", true)) {
            steps.add(new PreTokenizer.PrefixSpace());
        }
        if (part.flag("use_regex", true)) {
            steps.add(split(Gpt2Scanner.WITH_SPACES, Behavior.ISOLATED));
        }
        byteLevelAt = steps.size();
    }

    /// BERT's: white space parts words, and each punctuation character is one.
    static List<PreTokenizer> bert() {
        return List.of(split(ClassScanner.SPACE, Behavior.REMOVED), split(ClassScanner.PUNCTUATION, Behavior.ISOLATED));
    }

    private static PreTokenizer split(PieceScanner scanner, Behavior behavior) {
        return new PreTokenizer.Split(scanner, behavior, Matches.OF_PATTERN);
    }

    private static Behavior behavior(JsonPart part, String otherwise) {
        String name = part.findString("behavior").orElse(otherwise);
        return switch (name.toLowerCase(Locale.ROOT).replace("_", "")) {
            case "removed" -> Behavior.REMOVED;
            case "isolated" -> Behavior.ISOLATED;
            case "mergedwithprevious" -> Behavior.MERGED_WITH_PREVIOUS;
            case "mergedwithnext" -> Behavior.MERGED_WITH_NEXT;
            case "contiguous" -> Behavior.CONTIGUOUS;
            default ->
                throw part.unsupported(
                        "the behavior " + name,
                        "Removed, Isolated, MergedWithPrevious, " + "MergedWithNext, Contiguous");
        };
    }

    private static PreTokenizer.Metaspace metaspace(JsonPart part) {
        return new PreTokenizer.Metaspace(sign(part), prepend(part), part.flag("split", true));
    }

    /// The sign a Metaspace writes for a space.
    static char sign(JsonPart part) {
        String sign = part.findString("replacement").orElse("\u2581");
        if (sign.length() != 1) {
            throw part.broken("the replacement \"" + sign + "\" has " + sign.length() + " characters, expected one");
        }
        return sign.charAt(0);
    }

    /// Where a Metaspace puts its sign in front; older files say `add_prefix_space`.
    static PreTokenizer.Prepend prepend(JsonPart part) {
        String scheme =
                part.findString("prepend_scheme").orElse(part.flag("add_prefix_space", true) ? "always" : "never");
        return switch (scheme) {
            case "always" -> PreTokenizer.Prepend.ALWAYS;
            case "first" -> PreTokenizer.Prepend.FIRST;
            case "never" -> PreTokenizer.Prepend.NEVER;
            default -> throw part.unsupported("the prepend_scheme " + scheme, "always, first, never");
        };
    }
}
