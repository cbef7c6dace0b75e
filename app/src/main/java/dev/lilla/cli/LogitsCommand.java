package dev.lilla.cli;

import dev.lilla.format.SafetensorsWriter;
import dev.lilla.generate.BlockTable;
import dev.lilla.generate.LocalModel;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla logits`: what a model computes, for whoever wants to check it.
@Command(
        name = "logits",
        sortOptions = false,
        description = {
            "Writes the logits of every position of a text to a safetensors file.",
            "",
            "It holds \"logits\" [tokens, vocab] in f32 and \"ids\" [tokens] in i32. The cache is f32 unless --kv-type "
                    + "says otherwise.",
        },
        footer = {
            "",
            "For example:",
            "  lilla logits model.gguf --ids 1,15043,3186 --out out.safetensors",
            "  lilla logits model.gguf --text \"Hello world\" --out out.safetensors",
        })
final class LogitsCommand implements Callable<Integer> {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Console console;

    @Option(names = "--ids", split = ",", paramLabel = "ID", description = "Token ids, separated by commas.")
    private int @Nullable [] ids;

    @Option(names = "--text", paramLabel = "TEXT", description = "A text, encoded as the model expects one.")
    private @Nullable String text;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The safetensors file to write.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description = "f32, f16 or q8_0. Default: ${DEFAULT-VALUE}.")
    private KvType kvType = KvType.F32;

    @Mixin
    private final LoraMixin lora = new LoraMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final ModelMixin model = new ModelMixin();

    LogitsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if ((ids == null) == (text == null)) {
            throw new IllegalArgumentException("give either --ids or --text");
        }
        try (LocalModel opened = model.open(console, context, kvType);
                Adapters adapters = lora.open(opened, console);
                Arena memory = Arena.ofShared()) {
            int[] tokens = ids != null ? ids : opened.encode(String.valueOf(text));
            if (tokens.length == 0) {
                throw new IllegalArgumentException("the text has no tokens");
            }
            int vocab = opened.decoder().spec().vocab();
            MemorySegment values = memory.allocate((long) tokens.length * vocab * Float.BYTES, 64);
            compute(opened, tokens, adapters, values);
            Tensor logits = new Tensor("logits", ElementType.F32, Shape.of(tokens.length, vocab), values);
            Tensor positions = new Tensor("ids", ElementType.I32, Shape.of(tokens.length), segment(memory, tokens));
            SafetensorsWriter.write(out, Map.of(), List.of(logits, positions));
            console.out().println(out + ": logits " + logits.shape());
        }
        return 0;
    }

    private static void compute(LocalModel model, int[] tokens, Adapters adapters, MemorySegment target) {
        Decoder decoder = model.decoder();
        float[] row = new float[decoder.spec().vocab()];
        try (BlockTable table = new BlockTable(model.cache())) {
            for (int start = 0; start < tokens.length; start += decoder.rowsMax()) {
                int end = Math.min(tokens.length, start + decoder.rowsMax());
                BatchEntry entry = table.entry(tokens, start, end, tokens.length, LogitRows.ALL, adapters.active());
                Logits logits = decoder.forward(Batch.of(entry), model.cache());
                for (int i = 0; i < end - start; i++) {
                    logits.copyRow(i, row);
                    long offset = (long) (start + i) * row.length * Float.BYTES;
                    MemorySegment.copy(row, 0, target, FLOAT, offset, row.length);
                }
            }
        }
    }

    private static MemorySegment segment(Arena memory, int[] tokens) {
        MemorySegment segment = memory.allocate((long) tokens.length * Integer.BYTES, 64);
        MemorySegment.copy(tokens, 0, segment, INT, 0, tokens.length);
        return segment;
    }
}
