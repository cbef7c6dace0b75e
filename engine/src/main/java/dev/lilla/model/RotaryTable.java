package dev.lilla.model;

import dev.lilla.kernel.RotaryFrequencies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The rotary embeddings of a model, each once, with the frequencies of the prompt lengths seen lately.
final class RotaryTable {
    /// Prompt lengths remembered for each embedding: more than sequences run at once.
    private static final int LENGTHS_MAX = 1024;

    private final List<RotaryEmbedding> embeddings = new ArrayList<>();
    private final List<Map<Integer, RotaryFrequencies>> frequencies = new ArrayList<>();

    /// Neighboring rows that are turned by the same frequencies.
    ///
    /// @param positions one a row
    record Run(int row, int count, RotaryFrequencies frequencies, int[] positions) {
        /// The positions that turn the rows back.
        int[] opposites() {
            return Arrays.stream(positions).map(position -> -position).toArray();
        }
    }

    /// The number of an embedding here, for [#runs].
    int index(RotaryEmbedding embedding) {
        int known = embeddings.indexOf(embedding);
        if (known >= 0) {
            return known;
        }
        embeddings.add(embedding);
        frequencies.add(new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, RotaryFrequencies> eldest) {
                return size() > LENGTHS_MAX;
            }
        });
        return embeddings.size() - 1;
    }

    /// How each embedding turns the rows of a batch.
    List<List<Run>> runs(Batch batch) {
        List<List<Run>> all = new ArrayList<>(embeddings.size());
        for (int index = 0; index < embeddings.size(); index++) {
            all.add(runs(batch, index));
        }
        return all;
    }

    private List<Run> runs(Batch batch, int index) {
        List<Run> runs = new ArrayList<>();
        List<BatchEntry> entries = batch.entries();
        int row = 0;
        int first = 0;
        while (first < entries.size()) {
            int length = decidingLength(index, entries.get(first));
            int end = first;
            int count = 0;
            while (end < entries.size() && decidingLength(index, entries.get(end)) == length) {
                count += entries.get(end).tokens().length;
                end++;
            }
            int[] positions = positions(entries.subList(first, end), count);
            runs.add(new Run(row, count, frequencies(index, entries.get(first)), positions));
            row += count;
            first = end;
        }
        return runs;
    }

    private static int[] positions(List<BatchEntry> entries, int count) {
        int[] positions = new int[count];
        int row = 0;
        for (BatchEntry entry : entries) {
            for (int token = 0; token < entry.tokens().length; token++) {
                positions[row++] = entry.position() + token;
            }
        }
        return positions;
    }

    private RotaryFrequencies frequencies(int index, BatchEntry entry) {
        return frequencies
                .get(index)
                .computeIfAbsent(
                        decidingLength(index, entry), _ -> embeddings.get(index).frequencies(entry.promptTokens()));
    }

    /// The length of the prompt, or 0 where the frequencies do not depend on it.
    private int decidingLength(int index, BatchEntry entry) {
        return switch (embeddings.get(index).scaling()) {
            case RotaryScaling.DynamicNtk _, RotaryScaling.LongRope _ -> entry.promptTokens();
            case RotaryScaling.None _,
                    RotaryScaling.Linear _,
                    RotaryScaling.Llama3 _,
                    RotaryScaling.Divisors _,
                    RotaryScaling.Yarn _ -> 0;
        };
    }
}
