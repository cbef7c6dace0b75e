package dev.lilla.cli;

import dev.lilla.generate.LocalModel;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.LoraAdapter;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// LoRA adapters to use with a model.
final class LoraMixin {
    @Option(
            names = "--lora",
            paramLabel = "ADAPTER[=SCALE]",
            description = "A LoRA adapter (a PEFT directory or a GGUF file), at a scale of 1 unless said otherwise. "
                    + "May be repeated; the model itself is not changed.")
    private List<String> adapters = List.of();

    Adapters open(LocalModel model, Console console) throws IOException {
        ModelStore store = ModelStore.open(console.environment());
        List<ActiveAdapter> active = new ArrayList<>();
        for (String adapter : adapters) {
            int equals = adapter.lastIndexOf('=');
            Path path = store.resolve(equals < 0 ? adapter : adapter.substring(0, equals));
            float scale = equals < 0 ? 1 : scale(adapter.substring(equals + 1));
            LoraAdapter opened = LoraAdapter.open(path, model.model().description(), model.backend());
            active.add(new ActiveAdapter(opened, scale));
        }
        return new Adapters(active);
    }

    private static float scale(String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--lora takes ADAPTER or ADAPTER=SCALE; \"" + text + "\" is no number", e);
        }
    }
}
