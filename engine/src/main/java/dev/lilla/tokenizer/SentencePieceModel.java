package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A `tokenizer.model` of SentencePiece. Source: sentencepiece_model.proto.
final class SentencePieceModel {
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;
    private static final int PIECES = 1;

    private final String file;
    private final List<SentencePiece> pieces = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private int modelType = UNIGRAM;
    private boolean addsPrefix = true;
    private boolean singleSpaces = true;
    private long unknown;
    private long begin = 1;
    private long end = 2;

    private SentencePieceModel(String file) {
        this.file = file;
    }

    static SentencePieceVocabulary read(Path path) {
        return read(bytes(path), path.toString());
    }

    /// The pieces alone, whatever the model does with them.
    static List<SentencePiece> pieces(Path path) {
        SentencePieceModel model = new SentencePieceModel(path.toString());
        ProtobufReader reader = new ProtobufReader(bytes(path), path.toString());
        while (reader.next()) {
            if (reader.field() == PIECES) {
                model.readPiece(reader.message(), reader.offset());
            }
        }
        return model.pieces;
    }

    private static byte[] bytes(Path path) {
        try {
            long size = Files.size(path);
            if (size > TokenizerLimits.FILE_BYTES_MAX) {
                throw new ModelFormatException(path + ": has " + size + " bytes, expected at most "
                        + TokenizerLimits.FILE_BYTES_MAX + ". Check that it is a SentencePiece model.");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    static SentencePieceVocabulary read(byte[] bytes, String file) {
        SentencePieceModel model = new SentencePieceModel(file);
        ProtobufReader reader = new ProtobufReader(bytes, file);
        while (reader.next()) {
            switch (reader.field()) {
                case PIECES -> model.readPiece(reader.message(), reader.offset());
                case 2 -> model.readTrainer(reader.message());
                case 3 -> model.readNormalizer(reader.message());
                default -> {
                    // Self-test data and extensions.
                }
            }
        }
        return model.vocabulary();
    }

    private void readPiece(ProtobufReader piece, int offset) {
        TokenizerLimits.tokens(pieces.size() + 1L, file);
        String text = "";
        float score = 0;
        long number = TokenType.NORMAL.number();
        while (piece.next()) {
            switch (piece.field()) {
                case 1 -> text = piece.string();
                case 2 -> score = piece.real();
                case 3 -> number = piece.integer();
                default -> {
                    // Extensions.
                }
            }
        }
        if (text.isEmpty() || !seen.add(text)) {
            throw piece.broken(
                    offset,
                    "piece " + pieces.size() + " \"" + text + "\" is " + (text.isEmpty() ? "empty" : "there twice"));
        }
        Optional<TokenType> type = TokenType.ofNumber(number);
        if (type.isEmpty()) {
            throw piece.broken(offset, "piece " + pieces.size() + " \"" + text + "\" has type " + number);
        }
        if (Float.isNaN(score)) {
            throw piece.broken(offset, "piece " + pieces.size() + " \"" + text + "\" has no number as score");
        }
        pieces.add(new SentencePiece(text, score, type.get()));
    }

    private void readTrainer(ProtobufReader trainer) {
        while (trainer.next()) {
            switch (trainer.field()) {
                case 3 -> modelType = (int) trainer.integer();
                case 24 -> refuse(trainer.flag(), "white space as a suffix (treat_whitespace_as_suffix)");
                case 40 -> unknown = (int) trainer.integer();
                case 41 -> begin = (int) trainer.integer();
                case 42 -> end = (int) trainer.integer();
                default -> {
                    // How it was trained.
                }
            }
        }
    }

    private void readNormalizer(ProtobufReader normalizer) {
        while (normalizer.next()) {
            switch (normalizer.field()) {
                case 2 -> refuse(normalizer.length() > 0, "a precompiled character map");
                case 3 -> addsPrefix = normalizer.flag();
                case 4 -> singleSpaces = normalizer.flag();
                case 5 -> refuse(!normalizer.flag(), "unescaped white space (escape_whitespaces: false)");
                default -> {
                    // Its name.
                }
            }
        }
    }

    private void refuse(boolean present, String what) {
        if (present) {
            throw new UnsupportedModelException(file + ": " + what + " is not supported yet. Supported: BPE and unigram"
                    + " models without a normalizer. Use the tokenizer.json or a GGUF of the model.");
        }
    }

    private SentencePieceVocabulary vocabulary() {
        refuse(modelType != BPE && modelType != UNIGRAM, "model type " + modelType + " (word or char)");
        TokenizerLimits.tokens(pieces.size(), file);
        float[] scores = new float[pieces.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = pieces.get(id).score();
        }
        return new SentencePieceVocabulary(
                file,
                pieces.stream().map(SentencePiece::text).toList(),
                scores,
                pieces.stream().map(SentencePiece::type).toList(),
                modelType == BPE ? SentencePieceVocabulary.Algorithm.BPE : SentencePieceVocabulary.Algorithm.UNIGRAM,
                spaces(),
                within(unknown),
                within(begin),
                within(end));
    }

    private SentencePieceVocabulary.Spaces spaces() {
        if (singleSpaces) {
            return addsPrefix ? SentencePieceVocabulary.Spaces.SINGLE_PREFIXED : SentencePieceVocabulary.Spaces.SINGLE;
        }
        return addsPrefix ? SentencePieceVocabulary.Spaces.PREFIXED : SentencePieceVocabulary.Spaces.KEPT;
    }

    private int within(long id) {
        return id >= 0 && id < pieces.size() ? (int) id : -1;
    }
}
