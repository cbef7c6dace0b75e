package dev.lilla.cli;

import dev.lilla.tokenizer.BytePairTrainer;
import dev.lilla.tokenizer.ControlTokens;
import dev.lilla.tokenizer.Splitting;
import dev.lilla.tokenizer.TokenOccurrences;
import dev.lilla.tokenizer.TrainedTokenizer;
import dev.lilla.tokenizer.TrainedTokenizerWriter;
import dev.lilla.tokenizer.TrainerOptions;
import dev.lilla.tokenizer.WordCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `lilla train-tokenizer`: a vocabulary of its own for a model from scratch.
@Command(
        name = "train-tokenizer",
        sortOptions = false,
        description = {
            "Trains a byte-level BPE vocabulary on texts, and writes tokenizer.json and tokenizer_config.json.",
            "",
            "A file that ends with .jsonl holds one example a line: messages, prompt with completion, or text. Any "
                    + "other file is plain text. Only counts of words are held, so files may be large.",
        },
        footer = {
            "",
            "For example:",
            "  lilla train-tokenizer --vocab 2048 --out my-model examples.jsonl",
            "  lilla train-tokenizer --vocab 8192 --split qwen2 --out my-model book.txt notes.txt",
            "  lilla train-tokenizer --vocab 2048 --answers-min 20 --out mine chats.jsonl",
        })
final class TrainTokenizerCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Plain text, or JSON lines (.jsonl).")
    @SuppressWarnings("NullAway.Init") // required
    private List<Path> files;

    @Option(
            names = "--vocab",
            required = true,
            paramLabel = "N",
            description = "Tokens in all, exactly: special ones, the 256 bytes, and merges.")
    private int vocabulary;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The directory for the two files; made if it is not there.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            defaultValue = "smollm",
            description = "How text is cut before merging, as GGUF names it: smollm (words with the space before them, "
                    + "digits one by one), gpt-2 (the same, numbers whole), qwen2 (digits one by one, words with any "
                    + "sign before them) or llama-bpe (up to three digits). Default: ${DEFAULT-VALUE}.")
    private String split = "smollm";

    @Option(
            names = "--special",
            paramLabel = "TOKEN",
            description = "One more special token, after <|begin|>, <|end|>, <|system|>, <|user|>, <|assistant|> and "
                    + "<|pad|>; may be repeated.")
    private List<String> special = List.of();

    @Option(
            names = "--min-frequency",
            paramLabel = "N",
            defaultValue = "2",
            description = "Merges only pairs that occur so often. Default: ${DEFAULT-VALUE}.")
    private long frequencyMin = 2;

    @Option(
            names = "--answers-min",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Makes only tokens that occur so often in answers (of the assistant, completions, plain text) "
                            + "once all is encoded. Default: ${DEFAULT-VALUE}, any.")
    private long answersMin;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that count. Default: one per core.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--force", description = "Replaces a tokenizer that is in the directory.")
    private boolean force;

    @Mixin
    private final JsonOption json = new JsonOption();

    TrainTokenizerCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        TrainerOptions options =
                TrainerOptions.of(vocabulary).withFrequencyMin(frequencyMin).withWrittenMin(answersMin);
        WordCounts counts = new WordCounts(Splitting.ofPre(split), ControlTokens.DEFAULT.with(special));
        long bytes = requireFiles();
        ProgressLine progress = new ProgressLine(console);
        progress.started("counting words", bytes);
        WordCounting.Outcome read = new WordCounting(counts, threads).count(files, progress);
        progress.started("merging", 0);
        TrainedTokenizer trained = BytePairTrainer.train(counts, options, BytePairTrainer.Progress.NONE);
        progress.finished();
        TrainedTokenizerWriter.write(trained, out);
        report(counts, read, trained.learned().occurrences());
        return 0;
    }

    private long requireFiles() throws IOException {
        if (threads < 1) {
            throw new IllegalArgumentException("--threads " + threads + ", expected at least 1");
        }
        if (Files.exists(out.resolve("tokenizer.json")) && !force) {
            throw new IllegalArgumentException(
                    out + " has a tokenizer already. Name another directory, or add --force");
        }
        long bytes = 0;
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new NoSuchFileException(file.toString());
            }
            bytes += Files.size(file);
        }
        return bytes;
    }

    private void report(WordCounts counts, WordCounting.Outcome read, TokenOccurrences occurrences) {
        if (counts.skippedCharacters() > 0) {
            console.warn(
                    counts.skippedCharacters() + " characters stand in words too long to be any, and were left out");
        }
        double charactersPerToken = (double) read.characters() / Math.max(1, occurrences.total());
        long rare = occurrences.writtenBelow(Math.max(1, answersMin));
        if (json.isSet()) {
            ObjectNode node = JsonMapper.shared().createObjectNode();
            node.put("directory", out.toString());
            node.put("vocabulary", vocabulary);
            node.put("texts", read.texts());
            node.put("characters", read.characters());
            node.put("words", counts.size());
            node.put("tokens", occurrences.total());
            node.put("answerTokens", occurrences.totalWritten());
            node.put("neverInAnswers", occurrences.writtenBelow(1));
            console.printJson(node);
            return;
        }
        console.out()
                .printf(
                        Locale.ROOT,
                        "%s: %d tokens, of %d texts with %d different words; %.2f characters a token%n",
                        out,
                        vocabulary,
                        read.texts(),
                        counts.size(),
                        charactersPerToken);
        if (rare > 0) {
            console.out()
                    .println(rare + " merged tokens occur in no answer; --answers-min 20 trains without such tokens");
        }
    }
}
