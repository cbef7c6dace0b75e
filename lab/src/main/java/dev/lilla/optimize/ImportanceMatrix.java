package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How much each input of each linear map matters on given texts: the sum of its squares over all tokens.
///
/// @param entries by the name of the weight in GGUF, in order of the names
/// @param datasets what the texts were, for people
/// @param chunks windows of text that went through the model
/// @param chunkTokens tokens in a window
public record ImportanceMatrix(Map<String, Entry> entries, List<String> datasets, int chunks, int chunkTokens) {
    public ImportanceMatrix {
        entries = new TreeMap<>(entries);
        datasets = List.copyOf(datasets);
    }

    /// The inputs of one weight.
    ///
    /// @param squares for each column, the sum over all tokens of the squared input
    /// @param count tokens
    public record Entry(float[] squares, long count) {
        /// The mean squared input of each column.
        public float[] means() {
            float[] means = new float[squares.length];
            for (int i = 0; i < means.length; i++) {
                means[i] = count > 0 ? squares[i] / count : 0;
            }
            return means;
        }
    }

    /// The mean squared inputs of a weight, if it is known.
    ///
    /// @param columns of the weight
    /// @throws ModelFormatException if the weight that was measured had another number
    public Optional<float[]> means(String weight, long columns) {
        Entry entry = entries.get(weight);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.squares().length != columns) {
            throw new ModelFormatException("the importance matrix has " + entry.squares().length + " columns for "
                    + weight + ", and the model " + columns
                    + ". It was made with another model: make one with lilla imatrix.");
        }
        return Optional.of(entry.means());
    }
}
