package dev.lilla.cli;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.Decoder;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `lilla bench`: how fast a model is here, even before it is downloaded.
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measures how fast this machine reads and writes with a model.",
            "",
            "With --synthetic, NAME is one of \"lilla models catalog\", and random weights of its exact shapes stand in "
                    + "for it: nothing is downloaded, and the speed is that of the real one. Without, MODEL is one "
                    + "that you have.",
        },
        footer = {
            "",
            "For example:",
            "  lilla bench tinyllama-1.1b --synthetic --type q8_0",
            "  lilla bench model.gguf --prompt 512 --tokens 64",
        })
final class BenchCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "NAME|MODEL", description = "A name of the catalog, or a model.")
    private String name = "";

    @Option(names = "--synthetic", description = "Random weights in the shapes of a model of the catalog.")
    private boolean synthetic;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "q8_0",
            description = "Element type of synthetic weights: f32, bf16, q8_0, q4_0, q4_k, ... Default: "
                    + "${DEFAULT-VALUE}.")
    private ElementType type = ElementType.Q8_0;

    @Option(
            names = "--prompt",
            paramLabel = "TOKENS",
            defaultValue = "128",
            description = "Tokens to read. Default: ${DEFAULT-VALUE}.")
    private int prompt = 128;

    @Option(
            names = "--tokens",
            paramLabel = "TOKENS",
            defaultValue = "32",
            description = "Tokens to write. Default: ${DEFAULT-VALUE}.")
    private int tokens = 32;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds, of which the best counts; the first warms up. Default: ${DEFAULT-VALUE}.")
    private int repeat = 3;

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    BenchCommand(Console console) {
        this.console = console;
    }

    /// What is measured.
    private record Subject(String name, String type, long parameters, long bytes) {}

    @Override
    public Integer call() throws IOException {
        if (prompt < 1 || tokens < 1 || repeat < 1) {
            throw new IllegalArgumentException("--prompt, --tokens and --repeat are 1 or more");
        }
        return synthetic ? benchSynthetic() : benchReal();
    }

    private int benchSynthetic() {
        CatalogModel known = Catalog.open().model(name);
        try (Arena memory = Arena.ofShared();
                Backend backend = host.open()) {
            ProgressLine progress = new ProgressLine(console);
            progress.started("making " + Units.bytes(known.shape().bytes(type)) + " of random weights", 0);
            SyntheticModel model = SyntheticModel.of(known, type, memory);
            progress.finished();
            Decoder decoder = Decoder.create(model.spec(), model::tensor, backend);
            Subject subject =
                    new Subject(known.title() + ", random weights", type.name(), model.parameters(), model.bytes());
            return measure(subject, decoder, backend);
        }
    }

    private int benchReal() throws IOException {
        try (OpenedModel model = OpenedModel.open(console, name, context.limit(load.options()), host)) {
            Subject subject = new Subject(
                    model.description().path().toString(),
                    model.description().elementTypes().toString(),
                    model.description().parameters(),
                    model.description().weightBytes());
            return measure(subject, model.decoder(), model.backend());
        }
    }

    private int measure(Subject subject, Decoder decoder, Backend backend) {
        int length = prompt + tokens;
        if (length > decoder.spec().contextLength()) {
            throw new IllegalArgumentException("--prompt and --tokens together exceed the model's context of "
                    + decoder.spec().contextLength());
        }
        try (KvBlocks blocks =
                backend.allocateBlocks(decoder.kvLayout(cache.type()), Math.ceilDiv(length, KvLayout.BLOCK_TOKENS))) {
            Speed best = new Speed(0, 0);
            ProgressLine progress = new ProgressLine(console);
            for (int round = 1; round <= repeat; round++) {
                progress.started("round " + round + " of " + repeat, 0);
                best = best.best(Speed.measure(decoder, blocks, prompt, tokens));
            }
            progress.finished();
            long cacheBytes = blocks.blockBytes() * blocks.capacity();
            if (json.isSet()) {
                printJson(subject, backend, best, cacheBytes);
            } else {
                print(subject, backend, best, cacheBytes);
            }
        }
        return 0;
    }

    private void print(Subject subject, Backend backend, Speed speed, long cacheBytes) {
        console.out().println(subject.name());
        console.out()
                .println("  weights  " + Units.count(subject.parameters()) + " parameters, " + subject.type() + ", "
                        + Units.bytes(subject.bytes()));
        console.out()
                .println("  cache    " + Units.bytes(cacheBytes) + " for " + (prompt + tokens) + " tokens, "
                        + cache.type().name().toLowerCase(Locale.ROOT));
        console.out().println("  kernels  " + backend.description());
        console.out().println("  reads    " + text(speed.prefill()) + " tokens/s  (" + prompt + " tokens)");
        console.out()
                .println("  writes   " + text(speed.decode()) + " tokens/s  (" + tokens + " tokens, "
                        + Units.bytes((long) (speed.decode() * subject.bytes())) + "/s of weights)");
    }

    private void printJson(Subject subject, Backend backend, Speed speed, long cacheBytes) {
        console.printJson(JsonMapper.shared()
                .createObjectNode()
                .put("name", subject.name())
                .put("type", subject.type())
                .put("parameters", subject.parameters())
                .put("weightBytes", subject.bytes())
                .put("cacheBytes", cacheBytes)
                .put("kernels", backend.description())
                .put("promptTokens", prompt)
                .put("promptTokensPerSecond", speed.prefill())
                .put("tokens", tokens)
                .put("tokensPerSecond", speed.decode()));
    }

    private static String text(double perSecond) {
        return String.format(Locale.ROOT, "%8.1f", perSecond);
    }
}
