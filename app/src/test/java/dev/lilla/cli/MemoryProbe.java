package dev.lilla.cli;

import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.model.family.LoadOptions;
import java.nio.file.Path;

/// A process that fills the context of a model, and prints its peak resident size in bytes. Arguments: file, context.
final class MemoryProbe {
    private static final int WRITTEN = 8;

    private MemoryProbe() {}

    public static void main(String[] arguments) {
        int context = Integer.parseInt(arguments[1]);
        LocalModelOptions options =
                LocalModelOptions.defaults().withLoad(LoadOptions.DEFAULT.withContextLength(context));
        try (LocalModel model = LocalModel.open(Path.of(arguments[0]), options);
                SpeedMeter meter = new SpeedMeter(model.decoder(), model.cache(), () -> false)) {
            meter.run(new SpeedCase(context - WRITTEN, WRITTEN, 0, 1));
        }
        System.out.println(MachineMemory.peakResidentBytes());
    }
}
