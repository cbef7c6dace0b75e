package dev.lilla.cli;

import dev.lilla.generate.LocalModel;
import dev.lilla.model.LoraAdapter;
import dev.lilla.serve.host.NamedAdapter;
import java.nio.file.Path;

/// An adapter of `lilla serve` as the command line gives it.
///
/// @param name what clients call it
/// @param standing whether it is on for texts that choose none
record ServedAdapter(String name, Path path, float scale, boolean standing) {
    /// Reads `PATH`, `PATH=SCALE` (on for every text), `NAME=PATH` or `NAME=PATH=SCALE` (for those that ask).
    static ServedAdapter parse(String text) {
        String[] parts = text.split("=", -1);
        boolean hasScale = parts.length > 1 && isNumber(parts[parts.length - 1]);
        float scale = hasScale ? Float.parseFloat(parts[parts.length - 1]) : 1;
        int left = parts.length - (hasScale ? 1 : 0);
        if (left > 2 || parts[0].isBlank() || parts[left - 1].isBlank()) {
            throw new IllegalArgumentException("--lora takes ADAPTER, ADAPTER=SCALE, NAME=ADAPTER or "
                    + "NAME=ADAPTER=SCALE, found \"" + text + "\"");
        }
        Path path = Path.of(parts[left - 1]);
        return new ServedAdapter(left == 2 ? parts[0] : fileName(path), path, scale, left == 1);
    }

    private static boolean isNumber(String text) {
        return text.matches("[-+]?[0-9]*\\.?[0-9]+");
    }

    private static String fileName(Path path) {
        String name = path.toAbsolutePath().normalize().getFileName().toString();
        return (name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name).replace(':', '-');
    }

    NamedAdapter open(LocalModel model) {
        LoraAdapter adapter = LoraAdapter.open(path, model.model().description(), model.backend());
        return new NamedAdapter(name, path.getFileName().toString(), adapter, scale, standing ? scale : 0);
    }
}
