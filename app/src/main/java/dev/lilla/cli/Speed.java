package dev.lilla.cli;

import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// How fast a decoder reads a prompt and writes after it.
///
/// @param prefill tokens of the prompt per second
/// @param decode tokens written per second, one at a time
record Speed(double prefill, double decode) {
    /// Measures with random tokens: reads `prompt` tokens, then writes `tokens` more.
    static Speed measure(Decoder decoder, KvBlocks cache, int prompt, int tokens) {
        int[] text = tokens(decoder.spec().vocab(), prompt + tokens);
        float[] row = new float[decoder.spec().vocab()];
        try (BlockTable table = new BlockTable(cache)) {
            long started = System.nanoTime();
            for (int from = 0; from < prompt; from += decoder.rowsMax()) {
                int to = Math.min(prompt, from + decoder.rowsMax());
                step(decoder, cache, table, text, from, to, prompt, row);
            }
            long read = System.nanoTime();
            for (int at = prompt; at < prompt + tokens; at++) {
                step(decoder, cache, table, text, at, at + 1, prompt, row);
            }
            long written = System.nanoTime();
            return new Speed(prompt / ((read - started) / 1e9), tokens / ((written - read) / 1e9));
        }
    }

    /// The better of each.
    Speed best(Speed other) {
        return new Speed(Math.max(prefill, other.prefill), Math.max(decode, other.decode));
    }

    @SuppressWarnings("TooManyParameters") // one step of a loop over a text, which all of them describe
    private static void step(
            Decoder decoder, KvBlocks cache, BlockTable table, int[] text, int from, int to, int prompt, float[] row) {
        table.reserve(to);
        BatchEntry entry = new BatchEntry(
                Arrays.copyOfRange(text, from, to), from, table.blocks(), prompt, LogitRows.LAST, List.of());
        Logits logits = decoder.forward(Batch.of(entry), cache);
        logits.copyRow(0, row);
    }

    private static int[] tokens(int vocab, int count) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(2);
        return random.ints(count, 0, vocab).toArray();
    }
}
