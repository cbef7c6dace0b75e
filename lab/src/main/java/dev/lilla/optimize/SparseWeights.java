package dev.lilla.optimize;

import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.tensor.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// Sets the least important weights of every row of every linear map to zero, the head left out. The file stays
/// as large
/// and, on a CPU, as fast as before: zeros are multiplied like other numbers.
///
/// @param share of the weights of a row that become zero, from 0 to 1
/// @param importance of the inputs: weights count by their size times the root of the mean square of their
///     inputs (Wanda;
///     Sun et al., arXiv 2306.11695); empty for their size alone
public record SparseWeights(double share, Optional<ImportanceMatrix> importance) {
    /// Types that keep a zero a zero.
    private static final Map<ElementType, ConversionType> PRECISE = Map.of(
            ElementType.F32, ConversionType.F32,
            ElementType.F16, ConversionType.F16,
            ElementType.BF16, ConversionType.BF16,
            ElementType.Q8_0, ConversionType.Q8_0);

    public SparseWeights {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "the share of weights that become zero is between 0 and 1, not " + share);
        }
    }

    /// Writes the model with its zeros, in the type of its weights, and says how many were set.
    ///
    /// @param request from which files to which GGUF file
    /// @throws IllegalArgumentException if the weights have fewer than 8 bits
    /// @throws dev.lilla.format.ModelFormatException if the importance is that of another model
    public long write(ModelDescription model, ConversionRequest request, Progress progress) {
        LongAdder zeros = new LongAdder();
        Map<String, WeightChanges.RowChange> changes = new HashMap<>();
        for (String weight : model.spec().linearMaps().keySet()) {
            if (weight.startsWith("blk.")) {
                Optional<float[]> means = importance.map(matrix -> means(model, weight, matrix));
                changes.put(model.tensor(weight).name(), (_, values) -> zeros.add(prune(values, means)));
            }
        }
        Converter.convert(request.with(Requantizing.ALLOWED), name -> Optional.ofNullable(changes.get(name)), progress);
        return zeros.sum();
    }

    /// The type that a model is written in.
    ///
    /// @throws IllegalArgumentException if its weights have fewer than 8 bits
    public static ConversionType type(ModelDescription model, Path path) {
        ElementType type = model.spec().linearMaps().keySet().stream()
                .filter(weight -> weight.startsWith("blk."))
                .map(weight -> model.tensor(weight).type())
                .filter(found -> !PRECISE.containsKey(found))
                .findFirst()
                .orElseGet(() -> model.tensor(model.spec()
                                .layers()
                                .getFirst()
                                .feedForward()
                                .down()
                                .weight())
                        .type());
        ConversionType precise = PRECISE.get(type);
        if (precise == null) {
            throw new IllegalArgumentException(path + ": its weights are " + type
                    + ", of which zeros would not stay zeros. Prune the original model, and quantize the result.");
        }
        return precise;
    }

    private static float[] means(ModelDescription model, String weight, ImportanceMatrix importance) {
        String name = model.ggufRows(weight).getFirst().name();
        return importance
                .means(name, model.tensor(weight).shape().columns())
                .orElseThrow(() -> new IllegalArgumentException(
                        "the importance matrix lacks " + name + ". Make one of this model with lilla imatrix."));
    }

    /// Sets the least important values of a row to zero.
    ///
    /// @return how many
    int prune(float[] values, Optional<float[]> means) {
        int count = (int) Math.round(share * values.length);
        double[] scores = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            scores[i] = Math.abs(values[i]) * (means.isPresent() ? Math.sqrt(means.get()[i]) : 1);
        }
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
        for (int i = 0; i < count; i++) {
            values[order[i]] = 0;
        }
        return count;
    }
}
