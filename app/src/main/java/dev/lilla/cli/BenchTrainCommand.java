package dev.lilla.cli;

import dev.lilla.evaluate.TrainingMeter;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.kernel.Precision;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.SyntheticModel;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelStore;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `lilla bench-train`: how fast an adapter is trained here.
@Command(
        name = "bench-train",
        sortOptions = false,
        description = {
            "Measures how fast this machine trains an adapter (LoRA) of a model.",
            "",
            "Whole steps on random tokens: forward and backward through every layer, then AdamW; one step to warm up, "
                    + "then --repeat steps, whose median counts. With --synthetic, NAME is one of \"lilla models "
                    + "catalog\", and random weights of its exact shapes stand in for it.",
        },
        footer = {
            "",
            "For example:",
            "  lilla bench-train tinyllama-1.1b --synthetic --type q4_0",
            "  lilla bench-train model.gguf --sequences 2 --tokens 512 --rank 16 --recompute",
        })
final class BenchTrainCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "NAME|MODEL", description = "A name of the catalog, or a model.")
    private String name = "";

    @Option(names = "--synthetic", description = "Random weights in the shapes of a model of the catalog.")
    private boolean synthetic;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "q4_0",
            description = "Element type of synthetic weights: bf16, q8_0, q4_0, ... Default: ${DEFAULT-VALUE}.")
    private ElementType type = ElementType.Q4_0;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "4",
            description = "Texts in a step. Default: ${DEFAULT-VALUE}.")
    private int sequences = 4;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "256",
            description = "Tokens in a text. Default: ${DEFAULT-VALUE}.")
    private int tokens = 256;

    @Option(
            names = "--rank",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rank of the adapter, on all linear layers. Default: ${DEFAULT-VALUE}.")
    private int rank = 8;

    @Option(
            names = "--recompute",
            description = "Computes the insides of layers twice instead of keeping them: slower, in less memory.")
    private boolean recompute;

    @Option(
            names = "--precision",
            paramLabel = "KIND",
            defaultValue = "bf16",
            description = "What products are rounded to where that is faster: bf16, or f32 for not at all. "
                    + "Default: ${DEFAULT-VALUE}.")
    private Precision precision = Precision.BF16;

    @Option(
            names = {"--repeat", "-r"},
            paramLabel = "N",
            defaultValue = "3",
            description = "Steps that count. Default: ${DEFAULT-VALUE}.")
    private int repeat = 3;

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    BenchTrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (repeat < 1) {
            throw new IllegalArgumentException("--repeat takes a number of 1 or more; found " + repeat);
        }
        TrainingMeter.Work work = new TrainingMeter.Work(sequences, tokens, rank, recompute);
        try (Interruption interruption = Interruption.open()) {
            if (synthetic) {
                CatalogModel known = Catalog.open(
                                ModelStore.open(console.environment()).home())
                        .model(name);
                try (Arena memory = Arena.ofShared()) {
                    ProgressLine progress = new ProgressLine(console);
                    progress.started("making " + Units.bytes(known.shape().bytes(type)) + " of random weights", 0);
                    SyntheticModel model = SyntheticModel.of(known, WeightTypes.of(type), LoadOptions.DEFAULT, memory);
                    progress.finished();
                    measure(known.title() + ", random weights", model.spec(), model::tensor, work, interruption);
                }
            } else {
                Path path = ModelStore.open(console.environment()).resolve(name);
                try (ModelDescription model = ModelDescription.open(path, load.options())) {
                    measure(path.getFileName().toString(), model.spec(), model::tensor, work, interruption);
                }
            }
            return interruption.getAsBoolean() ? Lilla.INTERRUPTED : 0;
        }
    }

    private void measure(
            String title,
            DecoderSpec spec,
            Function<String, Tensor> tensors,
            TrainingMeter.Work work,
            Interruption interruption) {
        ProgressLine progress = new ProgressLine(console);
        try (Backend backend = host.open();
                TrainingMeter meter = new TrainingMeter(spec, tensors, backend, backend.gradients(precision), work)) {
            List<Long> nanos = new ArrayList<>();
            for (int step = 0; step <= repeat && !interruption.getAsBoolean(); step++) {
                progress.started(step == 0 ? "warming up" : "step " + step + " of " + repeat, 0);
                long time = meter.step();
                if (step > 0) {
                    nanos.add(time);
                }
            }
            progress.finished();
            if (nanos.isEmpty()) {
                console.warn("nothing was measured to its end");
                return;
            }
            nanos.sort(null);
            show(title, work, meter, backend.description(), nanos);
        }
    }

    private void show(
            String title, TrainingMeter.Work work, TrainingMeter meter, String kernels, List<Long> sortedNanos) {
        int middle = sortedNanos.size() / 2;
        double seconds = (sortedNanos.size() % 2 == 1
                        ? sortedNanos.get(middle)
                        : (sortedNanos.get(middle - 1) + sortedNanos.get(middle)) / 2.0)
                / 1e9;
        double rate = work.targets() / seconds;
        double operations = meter.operations() / seconds;
        long peak = MachineMemory.peakResidentBytes();
        if (json.isSet()) {
            ObjectNode node = JsonMapper.shared()
                    .createObjectNode()
                    .put("model", title)
                    .put("sequences", work.sequences())
                    .put("tokens", work.tokens())
                    .put("rank", work.rank())
                    .put("recomputed", work.recomputes())
                    .put("precision", precision.name().toLowerCase(Locale.ROOT))
                    .put("kernels", kernels)
                    .put("trained_parameters", meter.parameters())
                    .put("median_ts", rate)
                    .put("flops", operations)
                    .put("peak_resident_bytes", peak);
            sortedNanos.forEach(node.putArray("samples_ns")::add);
            console.printJson(node);
            return;
        }
        Table table = new Table("MODEL", "STEP", ">TRAINED", ">TOKENS/S", ">GFLOP/S", ">SECONDS/STEP", ">PEAK MEMORY");
        table.row(
                title,
                work.label(),
                Units.count(meter.parameters()),
                String.format(Locale.ROOT, "%.1f", rate),
                String.format(Locale.ROOT, "%.0f", operations / 1e9),
                String.format(Locale.ROOT, "%.2f", seconds),
                peak > 0 ? Units.bytes(peak) : "unknown");
        table.print(console.out());
        console.out().println();
        console.out()
                .println("Median of " + sortedNanos.size()
                        + "; GFLOP/s in the frozen matrices, forward and back. Products in "
                        + precision.name().toLowerCase(Locale.ROOT) + ", kernels " + kernels + ".");
    }
}
