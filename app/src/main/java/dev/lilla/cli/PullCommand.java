package dev.lilla.cli;

import dev.lilla.hub.HubOptions;
import dev.lilla.hub.Pull;
import dev.lilla.store.Catalog;
import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `lilla pull`: a model from the hub into the store.
@Command(
        name = "pull",
        description = {
            "Downloads a model from the Hugging Face hub into the local store.",
            "",
            "Takes the safetensors, the configuration and the tokenizer of a repository; of one that has GGUF files, "
                    + "the one that you name, or Q4_K_M. A download that was interrupted goes on where it stopped, "
                    + "and nothing is a model before its checksums hold.",
        },
        footer = {
            "",
            "For example:",
            "  lilla pull HuggingFaceTB/SmolLM2-135M-Instruct",
            "  lilla pull Qwen/Qwen2.5-0.5B-Instruct-GGUF:q8_0",
            "  lilla pull tinyllama-1.1b           (a name of \"lilla models catalog\")",
            "",
            "Environment: HF_TOKEN for models that want an account, HF_ENDPOINT for",
            "another hub, HF_HUB_OFFLINE=1 as --offline.",
        })
final class PullCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "OWNER/NAME[:FILE]",
            description = "The repository, and which of its GGUF files: a name or a part of it such as q4_k_m.")
    private String name = "";

    @Option(
            names = "--revision",
            paramLabel = "REV",
            defaultValue = "main",
            description = "Branch, tag or commit. Default: ${DEFAULT-VALUE}.")
    private String revision = "main";

    @Option(names = "--offline", description = "Asks nobody: checks that the model is in the store.")
    private boolean offline;

    @Mixin
    private final JsonOption json = new JsonOption();

    PullCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ModelStore store = ModelStore.open(console.environment());
        ModelName wanted = Catalog.open().hubName(ModelName.parse(name));
        StoredModel model = isOffline()
                ? store.model(wanted)
                : new Pull(store, HubOptions.from(console.environment()), new ProgressLine(console))
                        .pull(wanted, revision);
        if (json.isSet()) {
            console.printJson(JsonMapper.shared()
                    .createObjectNode()
                    .put("name", model.name().toString())
                    .put("path", model.path().toString())
                    .put("bytes", model.bytes()));
        } else {
            console.out().println(model.name() + "  " + Units.bytes(model.bytes()) + "  " + model.path());
        }
        return 0;
    }

    private boolean isOffline() {
        return offline
                || console.environment().getOrDefault("HF_HUB_OFFLINE", "").equals("1");
    }
}
