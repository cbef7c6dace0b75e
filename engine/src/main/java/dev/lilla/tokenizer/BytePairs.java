package dev.lilla.tokenizer;

import dev.lilla.format.HuggingFaceDirectory;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The tokens and merges of a byte-pair encoding, for whoever writes them in another form; [Tokenizers] encode with
/// them.
///
/// @param tokens by id, empty where there is none
/// @param merges by rank
public record BytePairs(List<String> tokens, List<Merge> merges) {
    public BytePairs {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
    }

    /// What the `model` of a tokenizer.json holds.
    ///
    /// @param file for errors
    /// @throws dev.lilla.format.ModelFormatException if it is broken
    public static BytePairs ofTokenizerJson(JsonNode json, String file) {
        JsonPart model = new JsonPart(json, file).requireObject().get("model").requireObject();
        return new BytePairs(JsonModels.tokens(model), JsonModels.merges(model));
    }

    /// What vocab.json and merges.txt hold.
    ///
    /// @throws dev.lilla.format.ModelFormatException if one is missing or broken
    public static BytePairs ofFiles(HuggingFaceDirectory directory) {
        return VocabularyFiles.bytePairs(directory);
    }
}
