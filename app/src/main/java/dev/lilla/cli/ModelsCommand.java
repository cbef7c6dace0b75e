package dev.lilla.cli;

import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelKind;
import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import dev.lilla.store.Placement;
import dev.lilla.store.StoredModel;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// `lilla models`: the local store.
@Command(
        name = "models",
        description = {
            "Lists the models in the local store, and takes in, checks and removes models.",
            "",
            "The store is the folder named by LILLA_HOME, or ~/.lilla.",
        },
        footer = {
            "",
            "For example:",
            "  lilla models",
            "  lilla models import ~/Downloads/tiny-q4_k_m.gguf me/tiny",
            "  lilla models remove me/tiny",
        })
final class ModelsCommand implements Callable<Integer> {
    private final Console console;
    private final ModelStore store;

    @Mixin
    private final JsonOption json = new JsonOption();

    ModelsCommand(Console console) {
        this.console = console;
        this.store = ModelStore.open(console.environment());
    }

    @Override
    public Integer call() throws IOException {
        return list(json);
    }

    @Command(name = "list", description = "Lists the models in the store.")
    int list(@Mixin JsonOption listJson) throws IOException {
        List<StoredModel> models = store.list();
        if (listJson.isSet() || json.isSet()) {
            ArrayNode list = JsonMapper.shared().createArrayNode();
            for (StoredModel model : models) {
                list.addObject()
                        .put("name", model.name().toString())
                        .put("kind", label(model.kind()))
                        .put("bytes", model.bytes())
                        .put("path", model.path().toString())
                        .put("source", model.source())
                        .put("added", model.added().toString());
            }
            console.printJson(list);
        } else if (models.isEmpty()) {
            console.out().println("No models yet in " + store.home() + ".");
            console.out().println("\"lilla pull OWNER/NAME\" gets one, \"lilla catalog\" shows which are known.");
        } else {
            Table table = new Table("NAME", "KIND", ">SIZE", "ADDED", "SOURCE");
            for (StoredModel model : models) {
                table.row(
                        model.name(),
                        label(model.kind()),
                        Units.bytes(model.bytes()),
                        model.added().toString().substring(0, 10),
                        model.source());
            }
            table.print(console.out());
        }
        return 0;
    }

    @Command(name = "path", description = "Prints where a model lies.")
    int path(@Parameters(paramLabel = "MODEL", description = "Its name.") String name) throws IOException {
        console.out().println(store.resolve(name));
        return 0;
    }

    @Command(
            name = "import",
            description = {
                "Takes a GGUF file or a Hugging Face directory into the store.",
                "",
                "Only what belongs to the model is taken. Parts of a split GGUF come along.",
            })
    int importModel(
            @Parameters(paramLabel = "PATH", description = "A GGUF file or a directory.") Path source,
            @Parameters(
                            paramLabel = "NAME",
                            arity = "0..1",
                            description = "OWNER/NAME or NAME. Default: local/ and the name of the file or directory.")
                    @Nullable
                    String name,
            @Option(
                            names = "--link",
                            description = "Links to the files instead of copying them; they must stay where they are.")
                    boolean link)
            throws IOException {
        ModelName as = ModelName.parse(name == null ? nameOf(source) : name);
        ProgressLine progress = new ProgressLine(console);
        progress.started(source.toString(), 0);
        StoredModel model =
                store.importFrom(source, as.repository(), link ? Placement.LINK : Placement.COPY, progress::advance);
        progress.finished();
        console.out().println(model.name() + "  " + Units.bytes(model.bytes()) + "  " + model.path());
        return 0;
    }

    @Command(name = "verify", description = "Reads every byte of models and compares the checksums.")
    int verify(
            @Parameters(paramLabel = "MODEL", arity = "0..*", description = "Names. Default: all models.") @Nullable
                    List<String> names)
            throws IOException {
        int faulty = 0;
        for (StoredModel model : names == null || names.isEmpty() ? store.list() : named(names)) {
            ProgressLine progress = new ProgressLine(console);
            progress.started(model.name().toString(), model.bytes());
            List<String> faults = store.verify(model, progress::advance);
            progress.finished();
            console.out().println(model.name() + ": " + (faults.isEmpty() ? "ok" : "damaged"));
            faults.forEach(fault -> console.out().println("  " + fault));
            faulty += faults.isEmpty() ? 0 : 1;
        }
        return faulty == 0 ? 0 : Lilla.FAILED;
    }

    @Command(name = "remove", description = "Deletes models from the store.")
    int remove(@Parameters(paramLabel = "MODEL", arity = "1..*", description = "Names.") List<String> names)
            throws IOException {
        for (StoredModel model : named(names)) {
            store.remove(model);
            console.out().println("removed " + model.name() + ", " + Units.bytes(model.bytes()));
        }
        return 0;
    }

    @Command(
            name = "catalog",
            description = {"Lists the models that Lilla knows the shapes of.", "", "SIZE is with all matrices in Q8_0."
            })
    int catalog(@Mixin JsonOption catalogJson) {
        List<CatalogModel> models = Catalog.open().models();
        if (catalogJson.isSet() || json.isSet()) {
            ArrayNode list = JsonMapper.shared().createArrayNode();
            for (CatalogModel model : models) {
                list.addObject()
                        .put("name", model.name())
                        .put("hub", model.hub().orElse(null))
                        .put("license", model.license().name())
                        .put("family", model.shape().family())
                        .put("parameters", model.shape().parameters())
                        .put("context", model.shape().context());
            }
            console.printJson(list);
            return 0;
        }
        Table table = new Table("NAME", ">PARAMETERS", ">SIZE", ">CONTEXT", "LICENSE", "LILLA PULL");
        for (CatalogModel model : models) {
            table.row(
                    model.name(),
                    Units.count(model.shape().parameters()),
                    Units.bytes(model.shape().bytes(ElementType.Q8_0)),
                    model.shape().context(),
                    model.license().name(),
                    model.hub().orElse("comes with Lilla"));
        }
        table.print(console.out());
        return 0;
    }

    private List<StoredModel> named(List<String> names) throws IOException {
        List<StoredModel> models = new ArrayList<>();
        for (String name : names) {
            models.add(store.model(ModelName.parse(name)));
        }
        return models;
    }

    private static String nameOf(Path source) {
        String file = Objects.requireNonNull(source.toAbsolutePath().normalize().getFileName(), "a path has a name")
                .toString();
        return file.endsWith(".gguf") ? file.substring(0, file.length() - ".gguf".length()) : file;
    }

    private static String label(ModelKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
