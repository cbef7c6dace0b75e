package dev.lilla.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where results of an evaluation go.
final class EvaluateOutputs {
    @Option(names = "--report", paramLabel = "FILE", description = "Writes a page with all of it, in one HTML file.")
    @Nullable
    Path report;

    @Option(names = "--csv", paramLabel = "FILE", description = "Writes every answer, a row each.")
    @Nullable
    Path csv;

    @Option(
            names = "--runs",
            paramLabel = "FILE",
            description = "Keeps what was measured here. Default: runs.db in LILLA_HOME.")
    @Nullable
    Path runs;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description = "What the machine, power and other models cost. Default: assumptions for a small server.")
    @Nullable
    Path prices;

    @Option(
            names = "--lang",
            paramLabel = "CODE",
            description = "Language of the report: en or sv. Default: that of LANG.")
    @Nullable
    String lang;
}
