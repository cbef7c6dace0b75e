package dev.lilla.optimize;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Weight;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Sums the squares of the inputs of linear maps, by column, in double precision.
final class InputSquares implements ObservedBackend.Observer {
    private final Map<String, Sums> sums = new HashMap<>();
    private float[] row = {};

    private static final class Sums {
        private final double[] squares;
        private long count;

        Sums(int columns) {
            squares = new double[columns];
        }
    }

    @Override
    public void multiplied(List<Weight> weights, Backend backend, Activation x) {
        int columns = x.columns();
        if (row.length < columns) {
            row = new float[columns];
        }
        double[] squares = new double[columns];
        for (int t = 0; t < x.rows(); t++) {
            backend.read(x, t, row);
            for (int i = 0; i < columns; i++) {
                squares[i] += (double) row[i] * row[i];
            }
        }
        for (Weight weight : weights) {
            Sums all = sums.computeIfAbsent(weight.name(), _ -> new Sums(columns));
            all.count += x.rows();
            for (int i = 0; i < columns; i++) {
                all.squares[i] += squares[i];
            }
        }
    }

    /// The sums of a weight, by the name of its tensor in the file.
    Optional<Entry> of(String weight) {
        return Optional.ofNullable(sums.get(weight)).map(all -> {
            float[] squares = new float[all.squares.length];
            for (int i = 0; i < squares.length; i++) {
                squares[i] = (float) all.squares[i];
            }
            return new Entry(squares, all.count);
        });
    }
}
