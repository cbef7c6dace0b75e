package dev.lilla.cli;

import dev.lilla.kernel.Backend;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.Calibration;
import dev.lilla.optimize.ImportanceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla imatrix`: what matters in a model's weights, on one's own texts.
@Command(
        name = "imatrix",
        sortOptions = false,
        description = {
            "Measures how much each input of each weight matters on your own texts, for lilla quantize and lilla prune.",
            "",
            "The texts go through the model in windows; for every weight the squares of its inputs are added up, column "
                    + "by column. Take texts like those that the model will see, a hundred windows or more, and none "
                    + "that you measure it with afterwards.",
        },
        footer = {
            "",
            "For example:",
            "  lilla imatrix smollm2-135m --data tickets.jsonl --out tickets.imatrix.gguf",
        })
final class ImatrixCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Mixin
    private final CalibrationMixin calibration = new CalibrationMixin();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "Texts: .jsonl, .csv or .tsv with examples as lilla train takes them, or any plain text.")
    @SuppressWarnings("NullAway.Init") // required
    private Path data;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to make: GGUF as llama.cpp writes it, or its older form if it ends with .dat.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Mixin
    private final TargetMixin target = new TargetMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    ImatrixCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        target.check(out);
        try (Backend backend = host.open();
                ModelDescription description = ModelDescription.open(model.path(console), load.options())) {
            description.warnings().forEach(console::warn);
            Calibration.Result result = calibration.run(console, description, backend, data);
            ImportanceFile.write(out, result.importance());
            console.out()
                    .println(out + ": " + result.importance().entries().size() + " weights, "
                            + result.importance().chunks() + " windows of up to "
                            + result.importance().chunkTokens() + " tokens");
        }
        return 0;
    }
}
