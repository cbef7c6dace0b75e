package dev.lilla.cli;

import dev.lilla.kernel.KvType;
import dev.lilla.model.AdapterSummary;
import dev.lilla.model.Attention;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `lilla inspect`: what a model is, without running it.
@Command(
        name = "inspect",
        sortOptions = false,
        description = {
            "Shows what a model is: architecture, sizes, element types, memory by context length, license, chat "
                    + "template. Of a LoRA adapter: its base, rank, scaling and what it changes.",
        },
        footer = {
            "",
            "For example:",
            "  lilla inspect tinyllama-1.1b-chat-v1.0",
            "  lilla inspect model.gguf --tensors",
            "  lilla inspect my-adapter",
            "  lilla inspect geb-1.3b --probe-layout bilingual.txt",
        })
final class InspectCommand implements Callable<Integer> {
    private static final int[] CONTEXTS = {512, 2048, 4096, 8192, 32_768, 131_072};

    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Option(names = "--tensors", description = "Lists the tensors.")
    private boolean tensors;

    @Option(names = "--template", description = "Prints the chat template and nothing else.")
    private boolean template;

    @Option(
            names = "--probe-layout",
            paramLabel = "TEXTFILE",
            description = "Scores a text under each of the 16 layouts that a GEB model may have, and names the best.")
    private @Nullable Path probeText;

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path path = model.path(console);
        if (AdapterSummary.isAdapter(path)) {
            return showAdapter(path);
        }
        if (probeText != null) {
            return new LayoutProbe(console, host, json).run(path, probeText);
        }
        try (ModelDescription description = ModelDescription.open(path, context.limit(load.options()))) {
            ModelCard card = new ModelCard(description);
            if (template) {
                console.out()
                        .println(card.chatTemplate()
                                .orElseThrow(() -> new IllegalArgumentException(path + " has no chat template")));
                return 0;
            }
            ObjectNode report = report(description, card);
            if (json.isSet()) {
                console.printJson(report);
            } else {
                description.warnings().forEach(console::warn);
                print(description, card);
            }
            return 0;
        }
    }

    private int showAdapter(Path path) {
        if (tensors || template || probeText != null) {
            throw new IllegalArgumentException(
                    path + " is an adapter: --tensors, --template and --probe-layout are for models");
        }
        AdapterReport report = new AdapterReport(path, AdapterSummary.of(path));
        if (json.isSet()) {
            console.printJson(report.json());
        } else {
            report.print(console);
        }
        return 0;
    }

    private ObjectNode report(ModelDescription description, ModelCard card) throws IOException {
        Dimensions sizes = description.dimensions();
        ObjectNode report = JsonMapper.shared().createObjectNode();
        report.put("path", description.path().toString());
        report.put("format", card.format());
        report.put("family", description.family().name());
        card.title().ifPresent(title -> report.put("title", title));
        card.license().ifPresent(license -> report.put("license", license));
        report.put("parameters", description.parameters());
        report.put("weightBytes", description.weightBytes());
        report.putObject("dimensions")
                .put("layers", sizes.layers())
                .put("hidden", sizes.hidden())
                .put("heads", sizes.heads())
                .put("kvHeads", sizes.kvHeads())
                .put("headDim", sizes.headDim())
                .put("ffn", sizes.ffn())
                .put("vocab", sizes.vocab())
                .put("context", description.spec().contextLength());
        report.put("tied", isTied(description));
        report.put("attention", attention(description));
        ObjectNode types = report.putObject("types");
        typeBytes(description).forEach((type, bytes) -> types.put(type.name(), bytes));
        ObjectNode cache = report.putObject("cacheBytesPerToken");
        for (KvType type : KvType.values()) {
            cache.put(label(type), description.cacheBytes(type, 1));
        }
        report.put("hasChatTemplate", card.chatTemplate().isPresent());
        report.putPOJO("warnings", description.warnings());
        if (tensors) {
            var list = report.putArray("tensors");
            for (Tensor tensor : description.checkpoint().tensors().values()) {
                ObjectNode entry = list.addObject()
                        .put("name", tensor.name())
                        .put("type", tensor.type().name());
                tensor.shape().dimensions().forEach(entry.withArray("shape")::add);
                entry.put("bytes", tensor.data().byteSize());
            }
        }
        return report;
    }

    private void print(ModelDescription description, ModelCard card) throws IOException {
        Dimensions sizes = description.dimensions();
        line("model", card.title().map(title -> title + ", ").orElse("") + description.path());
        line("format", card.format() + ", " + description.checkpoint().tensors().size() + " tensors");
        line("family", description.family().name());
        line(
                "parameters",
                Units.count(description.parameters()) + "  (" + description.parameters() + ")"
                        + (isTied(description) ? ", head tied to the embedding" : ""));
        line("weights", Units.bytes(description.weightBytes()) + ": " + types(description));
        line("layers", sizes.layers() + " of hidden width " + sizes.hidden() + ", feed-forward " + sizes.ffn());
        line("attention", attention(description));
        line("vocabulary", String.valueOf(sizes.vocab()));
        line("context", description.spec().contextLength() + " tokens");
        line("license", card.license().orElse("not stated in the files"));
        line(
                "chat template",
                card.chatTemplate()
                        .map(text -> text.length() + " characters; --template prints it")
                        .orElse(
                                description.family().chat().template().isPresent()
                                        ? "none in the files, the family's own is used"
                                        : "none: a base model, or plain text"));
        console.out().println();
        printMemory(description);
        if (tensors) {
            console.out().println();
            Table table = new Table("TENSOR", "TYPE", "SHAPE", ">BYTES");
            for (Tensor tensor : description.checkpoint().tensors().values()) {
                table.row(
                        tensor.name(),
                        tensor.type(),
                        tensor.shape(),
                        tensor.data().byteSize());
            }
            table.print(console.out());
        }
    }

    /// Weights and cache together; activations add some megabytes.
    private void printMemory(ModelDescription description) {
        int contextMax = description.spec().contextLength();
        Table table = new Table(">MEMORY WITH CONTEXT", ">KV F32", ">KV F16", ">KV Q8_0");
        IntStream.concat(IntStream.of(CONTEXTS).filter(context -> context < contextMax), IntStream.of(contextMax))
                .forEach(context -> table.row(
                        context,
                        memory(description, KvType.F32, context),
                        memory(description, KvType.F16, context),
                        memory(description, KvType.Q8_0, context)));
        table.print(console.out());
    }

    private static String memory(ModelDescription description, KvType type, int context) {
        return Units.bytes(description.weightBytes() + description.cacheBytes(type, context));
    }

    private static boolean isTied(ModelDescription description) {
        return description
                .spec()
                .head()
                .weight()
                .weight()
                .equals(description.spec().embedding().table());
    }

    /// `32 heads, 8 for keys and values, of 128; window 4096`.
    private static String attention(ModelDescription description) {
        Dimensions sizes = description.dimensions();
        TreeSet<String> windows = new TreeSet<>();
        for (LayerSpec layer : description.spec().layers()) {
            switch (layer.mixer()) {
                case Attention attention -> {
                    int window = attention.mask().window();
                    windows.add(window == Integer.MAX_VALUE ? "all" : String.valueOf(window));
                }
            }
        }
        boolean windowed = !windows.equals(Set.of("all"));
        return sizes.heads() + " heads, " + sizes.kvHeads() + " for keys and values, of " + sizes.headDim()
                + (windowed ? "; sliding window " + String.join(" and ", windows) : "");
    }

    private static String types(ModelDescription description) {
        long all = description.weightBytes();
        return typeBytes(description).entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .map(entry -> String.format(Locale.ROOT, "%s %.1f %%", entry.getKey(), 100.0 * entry.getValue() / all))
                .collect(Collectors.joining(", "));
    }

    private static Map<ElementType, Long> typeBytes(ModelDescription description) {
        Map<ElementType, Long> bytes = new EnumMap<>(ElementType.class);
        for (Tensor tensor : description.tensors().values()) {
            bytes.merge(tensor.type(), tensor.data().byteSize(), Long::sum);
        }
        return bytes;
    }

    private void line(String label, String text) {
        console.out().println(console.styled("@|bold " + String.format(Locale.ROOT, "%-14s", label) + "|@") + text);
    }

    private static String label(KvType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
