package dev.lilla.model;

import dev.lilla.kernel.KvLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Sequences side by side: which rows they take, and which of these have a loss.
///
/// @param inputs tokens of all rows
/// @param lossRows rows with a loss, ascending
/// @param labels the token to predict in each of them
/// @param weights how much each of them counts
record TrainingPass(List<TrainingSequence> sequences, int[] inputs, int[] lossRows, int[] labels, float[] weights) {
    TrainingPass(List<TrainingSequence> sequences) {
        int rows = sequences.stream().mapToInt(TrainingSequence::rows).sum();
        int[] inputs = new int[rows];
        int[] lossRows = new int[rows];
        int[] labels = new int[rows];
        float[] weights = new float[rows];
        int row = 0;
        int count = 0;
        for (TrainingSequence sequence : sequences) {
            for (int i = 0; i < sequence.rows(); i++) {
                inputs[row] = sequence.tokens()[i];
                if (sequence.weights()[i + 1] > 0) {
                    lossRows[count] = row;
                    labels[count] = sequence.tokens()[i + 1];
                    weights[count] = sequence.weights()[i + 1];
                    count++;
                }
                row++;
            }
        }
        this(
                List.copyOf(sequences),
                inputs,
                Arrays.copyOf(lossRows, count),
                Arrays.copyOf(labels, count),
                Arrays.copyOf(weights, count));
    }

    int rows() {
        return inputs.length;
    }

    /// Cache blocks that the sequences take together.
    int blocks() {
        return sequences.stream().mapToInt(TrainingPass::blocks).sum();
    }

    private static int blocks(TrainingSequence sequence) {
        return Math.ceilDiv(sequence.rows(), KvLayout.BLOCK_TOKENS);
    }

    /// @param blocks at least [#blocks()] of them
    Batch batch(int[] blocks, List<ActiveAdapter> adapters) {
        List<BatchEntry> entries = new ArrayList<>(sequences.size());
        int block = 0;
        for (TrainingSequence sequence : sequences) {
            int[] tokens = Arrays.copyOf(sequence.tokens(), sequence.rows());
            int[] own = Arrays.copyOfRange(blocks, block, block + blocks(sequence));
            entries.add(new BatchEntry(tokens, 0, own, tokens.length, LogitRows.NONE, adapters));
            block += own.length;
        }
        return new Batch(entries);
    }

    /// @param losses of the rows that count
    LossSum sum(double[] losses) {
        double loss = 0;
        double weight = 0;
        for (int i = 0; i < losses.length; i++) {
            loss += weights[i] * losses[i];
            weight += weights[i];
        }
        return new LossSum(loss, weight, losses.length);
    }
}
