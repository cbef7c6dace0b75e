package dev.lilla.model;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// An adapter to be written.
///
/// @param base what its base model is called: a name on the hub, or a path
/// @param alpha as the files state it
/// @param parts rows of B in the order of the base; those whose factor is another than alpha and rank give are
///     written with the difference in B
public record AdapterContents(String base, double alpha, AdapterScaling scaling, List<AdapterPart> parts) {
    /// @throws IllegalArgumentException if there are no parts, two of a weight, or alpha is no number above zero
    public AdapterContents {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("an adapter that changes nothing cannot be written");
        }
        if (!(alpha > 0) || !Double.isFinite(alpha)) {
            throw new IllegalArgumentException("an adapter with alpha " + alpha + ", expected a number above 0");
        }
        Set<String> weights = new HashSet<>();
        for (AdapterPart part : parts) {
            if (!weights.add(part.weight())) {
                throw new IllegalArgumentException("the adapter changes " + part.weight() + " twice");
            }
        }
    }

    /// What an open adapter holds, with an alpha that gives its first part's factor.
    public static AdapterContents of(AdapterFile adapter, String base) {
        AdapterPart first = adapter.parts().getFirst();
        return new AdapterContents(
                base, (double) first.scaling() * first.rank(), AdapterScaling.BY_RANK, adapter.parts());
    }

    /// A, `[rank, in]`.
    static float[] down(AdapterPart part) {
        return values(part.down());
    }

    /// B, `[out, rank]`, so that alpha and rank give the factor.
    ///
    /// @param fileScaling the factor that readers of the file will take
    static float[] up(AdapterPart part, float fileScaling) {
        float[] values = values(part.up());
        if (part.scaling() != fileScaling) {
            float more = part.scaling() / fileScaling;
            for (int i = 0; i < values.length; i++) {
                values[i] *= more;
            }
        }
        return values;
    }

    private static float[] values(Tensor matrix) {
        int columns = Math.toIntExact(matrix.shape().columns());
        float[] all = new float[Math.toIntExact(matrix.shape().elements())];
        for (int row = 0; row < matrix.shape().rows(); row++) {
            System.arraycopy(Dequantizer.row(matrix, row), 0, all, row * columns, columns);
        }
        return all;
    }

    /// Checks the parts against the model they are for.
    ///
    /// @throws IllegalArgumentException if a shape is not that of the base
    /// @throws UnsupportedModelException if a part changes what is no linear layer
    void requireFits(AdapterHost host, Path target) {
        Map<String, Linear> maps = host.spec().linearMaps();
        for (AdapterPart part : parts) {
            Linear map = maps.get(part.weight());
            if (map == null) {
                throw new UnsupportedModelException(target + ": changes " + part.weight()
                        + ", which is no linear layer of the base. Adapters hold changes of linear layers only.");
            }
            Shape down = Shape.of(part.rank(), map.in());
            Shape up = Shape.of(map.out(), part.rank());
            if (!part.down().shape().equals(down) || !part.up().shape().equals(up)) {
                throw new IllegalArgumentException(target + ": the matrices for " + part.weight() + " have shapes "
                        + part.down().shape() + " and " + part.up().shape() + ", expected " + down + " and " + up
                        + " by the base");
            }
        }
    }
}
