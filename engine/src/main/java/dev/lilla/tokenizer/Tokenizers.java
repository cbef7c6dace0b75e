package dev.lilla.tokenizer;

import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.UnsupportedModelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Opens the tokenizer of a model, whichever of the known forms its files have.
public final class Tokenizers {
    /// The special tokens of ChatGLM3, whose ids follow its SentencePiece pieces; the file does not hold them.
    public static final List<String> CHATGLM3_SPECIAL_TOKENS = List.of(
            "[MASK]", "[gMASK]", "[sMASK]", "sop", "eop", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>");
    private static final List<String> GEB = List.of(
            "[MASK]",
            "[gMASK]",
            "[sMASK]",
            "<sop>",
            "<eop>",
            "<eod>",
            "<unknown0>",
            "<unknown1>",
            "<unknown2>",
            "<unknown3>");

    private Tokenizers() {}

    /// Opens the tokenizer of a Hugging Face directory: what its `tokenizer_class` asks for (ChatGLM3, GEB), else
    /// the first that is there of tokenizer.json, qwen.tiktoken, tokenizer.model, tekken.json, vocab.json with
    /// merges.txt, and vocab.txt.
    ///
    /// @throws dev.lilla.format.ModelFormatException if a file is broken
    /// @throws UnsupportedModelException if there is none, or it asks for a part that is not known
    public static Tokenizer open(HuggingFaceDirectory directory) {
        TokenizerConfig config = TokenizerConfig.of(directory);
        Optional<Path> model = first(directory, "tokenizer.model", "GEBtokenizer.model");
        if (model.isPresent()) {
            switch (config.tokenizerClass()) {
                case "ChatGLMTokenizer", "ChatGLM3Tokenizer" -> {
                    return SentencePieceModel.read(model.get())
                            .withSpecialTokens(CHATGLM3_SPECIAL_TOKENS, List.of("[gMASK]", "sop"));
                }
                case "GEBTokenizer" -> {
                    return SentencePieceModel.read(model.get()).withSpecialTokens(GEB, List.of());
                }
                default -> {
                    // The files alone decide.
                }
            }
        }
        return openFile(directory, config, model);
    }

    private static Tokenizer openFile(HuggingFaceDirectory directory, TokenizerConfig config, Optional<Path> model) {
        Optional<Path> json = directory.file("tokenizer.json");
        if (json.isPresent()) {
            return TokenizerJson.read(JsonFiles.read(json.get()), json.get().toString(), config);
        }
        Optional<Path> ranks = directory.file("qwen.tiktoken");
        if (ranks.isPresent()) {
            return TiktokenFile.readQwen(ranks.get());
        }
        if (model.isPresent()) {
            return openSentencePiece(model.get(), config);
        }
        Optional<Path> tekken = directory.file("tekken.json");
        if (tekken.isPresent()) {
            return TekkenJson.read(JsonFiles.read(tekken.get()), tekken.get().toString());
        }
        Optional<Path> vocab = directory.file("vocab.json");
        if (vocab.isPresent()) {
            return VocabularyFiles.readMerges(directory, vocab.get(), config);
        }
        Optional<Path> wordPieces = directory.file("vocab.txt");
        if (wordPieces.isPresent()) {
            return VocabularyFiles.readWordPieces(wordPieces.get(), config);
        }
        throw new UnsupportedModelException(directory.path()
                + ": holds no tokenizer that is known. Supported: tokenizer.json, tokenizer.model, qwen.tiktoken,"
                + " tekken.json, vocab.json with merges.txt, vocab.txt. Download the missing files.");
    }

    /// Opens the tokenizer in a GGUF.
    ///
    /// @throws dev.lilla.format.ModelFormatException if its keys are broken
    /// @throws UnsupportedModelException if it is of a kind that is not known
    public static Tokenizer open(Gguf gguf) {
        return GgufTokenizer.read(gguf.metadata(), gguf.path().toString());
    }

    private static Tokenizer openSentencePiece(Path path, TokenizerConfig config) {
        SentencePieceVocabulary vocabulary = SentencePieceModel.read(path);
        boolean begins = vocabulary.algorithm() == SentencePieceVocabulary.Algorithm.BPE;
        return vocabulary.tokenizer(
                added(vocabulary.begin(), config.flag("add_bos_token", begins)),
                added(vocabulary.end(), config.flag("add_eos_token", !begins)));
    }

    private static int[] added(int id, boolean wanted) {
        return wanted && id >= 0 ? new int[] {id} : new int[0];
    }

    private static Optional<Path> first(HuggingFaceDirectory directory, String... names) {
        return List.of(names).stream()
                .map(directory::file)
                .flatMap(Optional::stream)
                .findFirst();
    }
}
