package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The mean of two models of the same shapes, weight by weight: `(1 - share) * first + share * second`, in f32.
///
/// Of a model and what further training made of it, the mean often keeps most of what was learned and loses less
/// of what was known (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Means of models that were
/// trained apart from the beginning are worth nothing.
public final class ModelAverager {
    private ModelAverager() {}

    /// What to average.
    ///
    /// @param share of the second, 0 to 1
    /// @param target a GGUF file, if its name ends with `.gguf`, or a directory
    /// @param options what the files do not say about the models
    public record Request(Path first, Path second, float share, Path target, ConversionType type, LoadOptions options) {
        public Request {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("the share of the second model is 0 to 1, not " + share);
            }
            if (type.elementType().isQuantized() && type.elementType() != ElementType.Q8_0) {
                throw new IllegalArgumentException("a mean is stored as f32, f16, bf16 or q8_0, not as " + type.label()
                        + "; quantize the result instead");
            }
        }
    }

    /// Averages, and returns the target. The tokenizer and all else that is no weight comes from the first.
    ///
    /// @throws IllegalArgumentException if the models have other tensors or shapes, or the target is in the way
    /// @throws ModelFormatException if a file is broken
    /// @throws java.io.UncheckedIOException if the target cannot be written
    public static Path average(Request request, Progress progress) {
        try (ModelDescription first = ModelDescription.open(request.first(), request.options());
                ModelDescription second = ModelDescription.open(request.second(), request.options())) {
            requireSame(request, first, second);
            WeightChanges changes =
                    name -> Optional.of(change(second.checkpoint().tensor(name), request.share()));
            ConversionRequest conversion = ConversionRequest.of(request.first(), request.target(), request.type())
                    .with(request.options())
                    .with(Requantizing.FROM_EIGHT_BITS);
            return Converter.convert(first, conversion, changes, progress);
        }
    }

    private static void requireSame(Request request, ModelDescription first, ModelDescription second) {
        if (first.config().naming() != second.config().naming()) {
            throw new IllegalArgumentException(request.first() + " and " + request.second()
                    + " are a GGUF and a directory, which order rows in different ways. Convert one of them first");
        }
        Map<String, Tensor> ones = first.checkpoint().tensors();
        Map<String, Tensor> others = second.checkpoint().tensors();
        Set<String> names = new TreeSet<>(ones.keySet());
        names.addAll(others.keySet());
        for (String name : names) {
            String one = shape(ones, name);
            String other = shape(others, name);
            if (!one.equals(other)) {
                throw new IllegalArgumentException(request.first() + " and " + request.second()
                        + " are no variants of one model: " + name + " is " + one + " in one and " + other
                        + " in the other");
            }
        }
    }

    private static String shape(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        return tensor == null ? "missing" : tensor.shape().toString();
    }

    /// Moves values by a share of the way to those of a tensor, of which a vector has a value a row.
    private static WeightChanges.RowChange change(Tensor to, float share) {
        if (to.shape().rank() == 1) {
            float[] all = Dequantizer.row(to, 0);
            return (row, values) -> values[0] += share * (all[row] - values[0]);
        }
        return (row, values) -> {
            float[] wanted = Dequantizer.row(to, row);
            for (int i = 0; i < values.length; i++) {
                values[i] += share * (wanted[i] - values[i]);
            }
        };
    }
}
