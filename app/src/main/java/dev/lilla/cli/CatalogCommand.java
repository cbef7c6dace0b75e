package dev.lilla.cli;

import dev.lilla.model.family.LoadOptions;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.project.Quantities;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.License;
import dev.lilla.store.ModelStore;
import dev.lilla.store.PublishedScore;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// `lilla catalog`: the models Lilla knows of, and what is known of them.
@Command(
        name = "catalog",
        sortOptions = false,
        description = {
            "Lists the models that Lilla knows: sizes, languages, licenses and published scores.",
            "",
            "Nothing is downloaded. A file NAME.json in the folder catalog of LILLA_HOME adds a model of your own; "
                    + "\"lilla catalog show NAME --json\" prints one to start from.",
        },
        footer = {
            "",
            "For example:",
            "  lilla catalog --license commercial --language sv",
            "  lilla catalog --max-size 2GB --type q4_k_m",
            "  lilla catalog show mistral-7b-v0.3",
        })
final class CatalogCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--license",
            paramLabel = "WHAT",
            description = "open (no conditions on use), commercial (a business may use it, perhaps under terms), or "
                    + "the id of a license.")
    private @Nullable String license;

    @Option(names = "--language", paramLabel = "CODE", description = "Made for this language: en, sv, ...")
    private @Nullable String language;

    @Option(names = "--family", paramLabel = "NAME", description = "llama, qwen3, gemma2, ...")
    private @Nullable String family;

    @Option(names = "--max-size", paramLabel = "SIZE", description = "Weights of at most this size: 2GB, 900MB.")
    private @Nullable String sizeMax;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "q4_k_m",
            description = "What weights are stored as in SIZE. Default: ${DEFAULT-VALUE}.")
    private String type = "q4_k_m";

    @Mixin
    private final JsonOption json = new JsonOption();

    CatalogCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        ConversionType stored = ConversionType.of(type);
        long most = sizeMax == null ? Long.MAX_VALUE : Quantities.bytes(sizeMax);
        List<CatalogModel> models = catalog().models().stream()
                .filter(model -> license == null || permits(model.license(), license))
                .filter(model -> language == null || model.languages().names(language.toLowerCase(Locale.ROOT)))
                .filter(model -> family == null || model.shape().family().equalsIgnoreCase(family))
                .filter(model -> bytes(model, stored) <= most)
                .toList();
        if (json.isSet()) {
            ArrayNode list = JsonMapper.shared().createArrayNode();
            models.forEach(model -> list.add(CatalogJson.of(model)));
            console.printJson(list);
        } else if (models.isEmpty()) {
            console.out().println("No model of the catalog is like that.");
        } else {
            print(models, stored);
        }
        return 0;
    }

    @Command(name = "show", description = "Shows all that is known of a model.")
    int show(
            @Parameters(paramLabel = "NAME", description = "As the list has it.") String name,
            @Mixin JsonOption showJson) {
        CatalogModel model = catalog().model(name);
        if (showJson.isSet() || json.isSet()) {
            console.printJson(CatalogJson.of(model));
        } else {
            print(model);
        }
        return 0;
    }

    private Catalog catalog() {
        return Catalog.open(ModelStore.open(console.environment()).home());
    }

    private static boolean permits(License license, String wanted) {
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "open" -> license.commercialUse() == License.Permission.YES;
            case "commercial" ->
                license.commercialUse() == License.Permission.YES
                        || license.commercialUse() == License.Permission.CONDITIONAL;
            default -> license.id().equalsIgnoreCase(wanted);
        };
    }

    private static long bytes(CatalogModel model, ConversionType type) {
        return ModelOutline.of(model, WeightTypes.of(type, model.shape()), LoadOptions.DEFAULT)
                .bytes();
    }

    private void print(List<CatalogModel> models, ConversionType stored) {
        Table table = new Table("NAME", ">PARAMETERS", ">SIZE", ">CONTEXT", "LANGUAGES", "LICENSE", "BUSINESS USE");
        for (CatalogModel model : models) {
            table.row(
                    model.name(),
                    Units.count(model.shape().parameters()),
                    Units.bytes(bytes(model, stored)),
                    model.shape().context(),
                    languages(model),
                    model.license().id(),
                    model.license().commercialUse().label());
        }
        table.print(console.out());
        console.out().println();
        console.out()
                .println("SIZE is of the weights as " + stored.label() + ". \"lilla catalog show NAME\" tells more,"
                        + " \"lilla candidates\" which of them fit a goal.");
    }

    private static String languages(CatalogModel model) {
        List<String> codes = model.languages().codes();
        int shown = Math.min(codes.size(), 3);
        int more = Math.max(model.languages().claimed(), codes.size()) - shown;
        return String.join(" ", codes.subList(0, shown)) + (more > 0 ? " +" + more : "");
    }

    private void print(CatalogModel model) {
        License terms = model.license();
        Card out = new Card();
        out.line("model", model.title());
        out.line("hub", model.hub().orElse("none: it comes with Lilla"));
        out.line("family", model.shape().family());
        out.line(
                "parameters",
                Units.count(model.shape().parameters()) + "  (" + model.shape().parameters() + ")");
        out.line(
                "layers",
                model.shape().layers() + " of hidden width " + model.shape().hidden() + ", feed-forward "
                        + model.shape().ffn());
        out.line(
                "attention",
                model.shape().heads() + " heads, " + model.shape().kvHeads() + " for keys and values, of "
                        + model.shape().headDim());
        out.line("context", model.shape().context() + " tokens");
        out.line("languages", String.join(" ", model.languages().codes()));
        model.languages().note().ifPresent(note -> out.line("", note));
        out.line("license", terms.name() + (terms.url().isEmpty() ? "" : ", " + terms.url()));
        out.line(
                "",
                "business use: " + terms.commercialUse().label() + "; changes: "
                        + terms.changes().label());
        terms.terms().forEach(term -> out.line("", "- " + term));
        model.origin().variants().forEach(variant -> out.line(variant.kind(), variant.hub()));
        model.facts().sources().forEach(source -> out.line("source", source));
        console.out().println();
        Table sizes = new Table("TYPE", ">WEIGHTS");
        for (ConversionType stored : List.of(
                ConversionType.BF16,
                ConversionType.Q8_0,
                ConversionType.Q6_K,
                ConversionType.Q4_K_M,
                ConversionType.Q4_0,
                ConversionType.Q2_K)) {
            sizes.row(stored.label(), Units.bytes(bytes(model, stored)));
        }
        sizes.print(console.out());
        if (!model.scores().isEmpty()) {
            console.out().println();
            Table scores = new Table("BENCHMARK", ">SCORE", "OF", "PROTOCOL", "SOURCE");
            for (PublishedScore score : model.scores()) {
                scores.row(score.benchmark(), score.value(), score.of(), score.protocol(), score.source());
            }
            scores.print(console.out());
            console.out().println("Scores under different protocols are not comparable.");
        }
    }

    /// Labeled lines, the labels in a column of their own.
    private final class Card {
        void line(String label, String text) {
            console.out().println(String.format(Locale.ROOT, "%-14s%s", label, text));
        }
    }
}
