package dev.lilla.cli;

import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.ModelText;
import dev.lilla.kernel.Backend;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.Calibration;
import dev.lilla.optimize.SampleText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How texts are cut into windows.
final class CalibrationMixin {
    private static final int CONTEXT = 512;

    @Option(
            names = {"--context", "-c"},
            paramLabel = "TOKENS",
            description = "Tokens in a window. Default: 512, or the context of the model if that is shorter.")
    private @Nullable Integer context;

    @Option(
            names = "--chunks",
            paramLabel = "N",
            description = "Windows that are read at most, spread over all. Default: all.")
    private int chunks = Integer.MAX_VALUE;

    /// The windows of a file.
    List<TextWindow> windows(Path file, ModelDescription model) throws IOException {
        int tokens = context == null ? Math.min(CONTEXT, model.spec().contextLength()) : context;
        return TextWindow.some(SampleText.windows(file, ModelText.of(model), tokens), chunks);
    }

    /// Passes a file through a model, and shows how far it is.
    Calibration.Result run(Console console, ModelDescription model, Backend backend, Path file) throws IOException {
        List<TextWindow> windows = windows(file, model);
        ProgressLine line = new ProgressLine(console);
        line.started("reading", 0);
        Calibration.Result result = Calibration.run(
                model,
                backend,
                windows,
                List.of(file.getFileName().toString()),
                (done, total) -> line.started("window " + done + " of " + total, 0));
        line.finished();
        return result;
    }
}
