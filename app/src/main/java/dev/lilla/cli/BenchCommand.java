package dev.lilla.cli;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Ceilings;
import dev.lilla.kernel.HostOptions;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelLoader;
import dev.lilla.optimize.SyntheticModel;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelStore;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla bench`: how fast a model is here, even before it is downloaded.
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measures how fast this machine reads and writes with a model.",
            "",
            "As llama-bench does: \"pp512\" reads 512 tokens, \"tg128\" writes 128, one at a time, and \"@ d4096\" does "
                    + "so behind 4096 tokens. \"8 x tg128\" writes 8 texts side by side; tokens per second are those of "
                    + "all. Each takes one round to warm up and then --repeat rounds, whose median counts. Lists are "
                    + "separated by commas, and everything is measured with everything. Ctrl-C ends it and shows what "
                    + "there is. Measure on a machine that does nothing else.",
            "",
            "With --synthetic, NAME is one of \"lilla catalog\", and random weights of its exact shapes stand in "
                    + "for it: nothing is downloaded, and the speed is that of the real one. With --save they are "
                    + "written to a GGUF file that llama.cpp reads too, and nothing is measured.",
        },
        footer = {
            "",
            "For example:",
            "  lilla bench model.gguf",
            "  lilla bench model.gguf -p 128,512 -n 64 -d 0,4096 -t 1,2 --json",
            "  lilla bench model.gguf -p 0 -n 64 -d 512 -npl 1,8,16",
            "  lilla bench tinyllama-1.1b --synthetic --type q4_0,q8_0,q4_k",
            "  lilla bench tinyllama-1.1b --synthetic --type q4_0 --save random.gguf",
            "  lilla bench --ceilings",
        })
final class BenchCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "NAME|MODEL",
            arity = "0..1",
            description = "A name of the catalog, or a model; needed but with --ceilings.")
    private String name = "";

    @Option(
            names = {"--prompt", "-p"},
            paramLabel = "TOKENS",
            split = ",",
            defaultValue = "512",
            description = "Tokens to read; 0 for none. Default: ${DEFAULT-VALUE}.")
    private List<Integer> prompts = List.of();

    @Option(
            names = {"--tokens", "-n"},
            paramLabel = "TOKENS",
            split = ",",
            defaultValue = "128",
            description = "Tokens to write; 0 for none. Default: ${DEFAULT-VALUE}.")
    private List<Integer> tokens = List.of();

    @Option(
            names = {"--depth", "-d"},
            paramLabel = "TOKENS",
            split = ",",
            defaultValue = "0",
            description = "Tokens before them, read before the clock starts. Default: ${DEFAULT-VALUE}.")
    private List<Integer> depths = List.of();

    @Option(
            names = {"--sequences", "-npl"},
            paramLabel = "N",
            split = ",",
            defaultValue = "1",
            description = "Texts that are written side by side. Default: ${DEFAULT-VALUE}.")
    private List<Integer> sequences = List.of();

    @Option(
            names = {"--repeat", "-r"},
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds that count. Default: ${DEFAULT-VALUE}.")
    private int repeat = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "1",
            description = "Rounds before them that do not. Default: ${DEFAULT-VALUE}.")
    private int warmUp = 1;

    @Option(
            names = {"--threads", "-t"},
            paramLabel = "N",
            split = ",",
            description = "Threads that compute. Default: one per core.")
    private @Nullable List<Integer> threads;

    @Mixin
    private final KernelsMixin kernels = new KernelsMixin();

    @Option(names = "--synthetic", description = "Random weights in the shapes of a model of the catalog.")
    private boolean synthetic;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            split = ",",
            description = "Element types of synthetic weights: f32, bf16, q8_0, q4_0, q4_k, ... Default: q8_0.")
    private @Nullable List<ElementType> types;

    @Option(
            names = "--head-type",
            paramLabel = "TYPE",
            description = "Element type of the synthetic head, q6_k in most files of llama.cpp. Default: that of the "
                    + "other weights.")
    private @Nullable ElementType headType;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Writes the synthetic model to a GGUF file, and measures nothing.")
    private @Nullable Path save;

    @Option(
            names = "--ceilings",
            description = "First measures what this machine can do at most, so that the rates below have a measure: "
                    + "the best read bandwidth of many ways to read 1 GiB, and the fastest multiplications.")
    private boolean ceilings;

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (!synthetic && (types != null || headType != null || save != null)) {
            throw new IllegalArgumentException("--type, --head-type and --save make a model: they need --synthetic");
        }
        if (save != null) {
            return save(save);
        }
        if (name.isEmpty() && !ceilings) {
            throw new IllegalArgumentException("a model or a name of the catalog is missing");
        }
        CeilingsReport limits = ceilings ? measureCeilings() : CeilingsReport.NONE;
        if (name.isEmpty()) {
            show(limits);
            return 0;
        }
        BenchPlan plan = new BenchPlan(prompts, tokens, depths, sequences, repeat, warmUp);
        try (Interruption interruption = Interruption.open()) {
            BenchRun run = new BenchRun(plan, cache.type(), new ProgressLine(console), interruption);
            if (synthetic) {
                measureSynthetic(run);
            } else {
                Path path = ModelStore.open(console.environment()).resolve(name);
                LoadOptions options = context.limit(load.options());
                for (HostOptions host : hosts()) {
                    run.measure(host, backend -> open(path, options, backend));
                }
            }
            show(new BenchReport(run.rows(), limits));
            return interruption.getAsBoolean() ? Lilla.INTERRUPTED : 0;
        }
    }

    private BenchModel open(Path path, LoadOptions options, Backend backend) {
        try (LoadingLine line = new LoadingLine(console, path.getFileName().toString())) {
            return BenchModel.of(ModelLoader.open(path, options, backend, line));
        }
    }

    private void measureSynthetic(BenchRun run) {
        CatalogModel known =
                Catalog.open(ModelStore.open(console.environment()).home()).model(name);
        for (ElementType type : types()) {
            try (Arena memory = Arena.ofShared()) {
                SyntheticModel model = make(known, type, memory);
                for (HostOptions host : hosts()) {
                    run.measure(host, backend -> BenchModel.of(known, model, backend));
                }
            }
        }
    }

    private SyntheticModel make(CatalogModel known, ElementType type, Arena memory) {
        ProgressLine progress = new ProgressLine(console);
        progress.started("making " + Units.bytes(known.shape().bytes(type)) + " of random weights", 0);
        WeightTypes wanted = WeightTypes.of(type, headType == null ? type : headType);
        SyntheticModel model = SyntheticModel.of(known, wanted, context.limit(LoadOptions.DEFAULT), memory);
        progress.finished();
        return model;
    }

    private int save(Path file) {
        CatalogModel known =
                Catalog.open(ModelStore.open(console.environment()).home()).model(name);
        if (types().size() != 1) {
            throw new IllegalArgumentException("--save takes one --type, not " + types());
        }
        ElementType type = types().getFirst();
        SyntheticGguf.architecture(known);
        try (Arena memory = Arena.ofShared()) {
            SyntheticModel model = make(known, type, memory);
            SyntheticGguf.write(file, known, type, model);
            console.out().println(file + "  " + Units.bytes(model.bytes()));
        }
        return 0;
    }

    private List<ElementType> types() {
        return types == null ? List.of(ElementType.Q8_0) : types;
    }

    private List<HostOptions> hosts() {
        List<Integer> counts =
                threads == null ? List.of(HostOptions.fromProperties().threads()) : threads;
        return counts.stream().map(kernels::options).toList();
    }

    /// Of the most threads that are asked for.
    private CeilingsReport measureCeilings() {
        int count = hosts().stream().mapToInt(HostOptions::threads).max().orElseThrow();
        ProgressLine progress = new ProgressLine(console);
        progress.started("measuring what this machine can do at most", 0);
        Optional<Ceilings> found = Ceilings.measure(count, step -> progress.started("measuring: " + step, 0));
        progress.finished();
        if (found.isEmpty()) {
            console.warn("ceilings need machine code, which cannot run here; see lilla doctor");
        }
        return new CeilingsReport(count, found);
    }

    private void show(CeilingsReport limits) {
        if (json.isSet()) {
            console.printJson(limits.json());
        } else {
            limits.print(console.out());
        }
    }

    private void show(BenchReport report) {
        if (json.isSet()) {
            console.printJson(report.json());
        } else if (report.rows().isEmpty()) {
            console.warn("nothing was measured to its end");
        } else {
            report.print(console.out());
        }
    }
}
