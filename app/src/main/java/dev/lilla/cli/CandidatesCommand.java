package dev.lilla.cli;

import dev.lilla.project.CandidateList;
import dev.lilla.project.CandidateSearch;
import dev.lilla.project.DataCheck;
import dev.lilla.project.DataReport;
import dev.lilla.project.Project;
import dev.lilla.project.SpeedSource;
import dev.lilla.project.TextLengths;
import dev.lilla.store.Catalog;
import dev.lilla.store.ModelStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla candidates`: which models may do the job here, and why.
@Command(
        name = "candidates",
        sortOptions = false,
        description = {
            "Lists the models that fit a project's goal and this machine, best first, with the reason for each.",
            "",
            "License, languages, context, disk and memory decide who is in; then quality as published, speed on this "
                    + "machine and memory make the order. Nothing is downloaded: speed is measured on random weights of "
                    + "the exact shapes, once for each machine, which takes up to a minute a model. Ctrl-C ends the "
                    + "measuring and shows what is known. Models elsewhere that the project names are listed "
                    + "too: in where goal.privacy is open and their key is set; nothing is sent.",
        },
        footer = {
            "",
            "For example:",
            "  lilla candidates",
            "  lilla candidates tickets/lilla.yaml --no-measure --all",
        })
final class CandidatesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ProjectArgument argument = new ProjectArgument();

    @Option(
            names = "--no-measure",
            description =
                    "Predicts speeds from what this machine can read and multiply, but for those measured before.")
    private boolean predictOnly;

    @Option(names = "--again", description = "Measures again what was measured before: the machine was busy then.")
    private boolean again;

    @Option(names = "--all", description = "Shows every model that is out, with the reason.")
    private boolean all;

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    CandidatesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Project project = argument.read();
        Path home = ModelStore.open(console.environment()).home();
        ProgressLine progress = new ProgressLine(console);
        try (Interruption interruption = Interruption.open()) {
            Optional<TextLengths> lengths = lengths(project, progress);
            SpeedSource speeds = SpeedSource.open(
                    home, host.options(), mode(), interruption, what -> progress.started("measuring " + what, 0));
            CandidateList list = CandidateSearch.search(project, Catalog.open(home), speeds, lengths);
            progress.finished();
            CandidatesReport report = new CandidatesReport(project, list, console.environment());
            if (json.isSet()) {
                console.printJson(report.json());
            } else {
                report.print(console, all);
            }
            if (interruption.getAsBoolean()) {
                return Lilla.INTERRUPTED;
            }
            return list.chosen().isEmpty() ? Lilla.FAILED : 0;
        }
    }

    private SpeedSource.Mode mode() {
        if (predictOnly && again) {
            throw new IllegalArgumentException("either --no-measure or --again");
        }
        return predictOnly
                ? SpeedSource.Mode.PREDICT
                : again ? SpeedSource.Mode.MEASURE_AGAIN : SpeedSource.Mode.MEASURE;
    }

    /// How long the texts are, where the data can be read; candidates can be found without.
    private Optional<TextLengths> lengths(Project project, ProgressLine progress) {
        progress.started("reading the data", 0);
        DataReport report =
                DataCheck.check(project, rows -> progress.started("reading the data: " + rows + " rows", 0));
        progress.finished();
        if (!report.isUsable()) {
            console.warn("the data has errors; \"lilla project check " + argument.file() + "\" shows them");
        }
        return report.rows().isEmpty() ? Optional.empty() : Optional.of(report.lengths());
    }
}
