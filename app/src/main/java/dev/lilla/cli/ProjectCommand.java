package dev.lilla.cli;

import dev.lilla.project.DataCheck;
import dev.lilla.project.DataReport;
import dev.lilla.project.Finding;
import dev.lilla.project.Part;
import dev.lilla.project.Project;
import dev.lilla.project.ProjectSchema;
import dev.lilla.project.Tongue;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `lilla project`: checks a project file and its data.
@Command(
        name = "project",
        description = "Checks a project file and its data, and prints the schema of such files.",
        footer = {"", "For example:", "  lilla project check", "  lilla project schema > lilla.schema.json"})
final class ProjectCommand implements Runnable {
    private static final int LABELS_SHOWN = 20;

    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    ProjectCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "check",
            description = {
                "Reads a project file and looks through its data, naming file, line and field of what is wrong.",
                "",
                "Files may be larger than memory. The exit status is 1 if there are errors; warnings are no errors.",
            })
    int check(
            @Parameters(
                            paramLabel = "FILE",
                            arity = "0..1",
                            defaultValue = Project.FILE_NAME,
                            description = "The project. Default: ${DEFAULT-VALUE}.")
                    Path file,
            @Mixin JsonOption json) {
        Project project = Project.read(file);
        ProgressLine progress = new ProgressLine(console);
        progress.started("checking the data", 0);
        DataReport report =
                DataCheck.check(project, rows -> progress.started("checking the data: " + rows + " rows", 0));
        progress.finished();
        if (json.isSet()) {
            console.printJson(json(report));
        } else {
            print(project, report);
        }
        return report.isUsable() ? 0 : Lilla.FAILED;
    }

    @Command(
            name = "schema",
            description = {
                "Prints the JSON Schema of project files, with which editors complete and check them.",
                "",
                "In VS Code, write it to lilla.schema.json and begin lilla.yaml with the line:",
                "  # yaml-language-server: $$schema=lilla.schema.json",
            })
    int schema(
            @Option(
                            names = "--lang",
                            paramLabel = "CODE",
                            defaultValue = "en",
                            description = "Language of the descriptions: en or sv.")
                    String lang) {
        console.printJson(ProjectSchema.json(Tongue.of(lang)));
        return 0;
    }

    private void print(Project project, DataReport report) {
        for (Finding finding : report.findings()) {
            console.out().println(text(finding));
        }
        if (!report.findings().isEmpty()) {
            console.out().println();
        }
        String rows = report.rows().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue() + " " + word(entry.getKey()))
                .collect(Collectors.joining(", "));
        console.out()
                .println("project  " + project.name() + ", "
                        + project.goal().task().label() + ", judged by "
                        + project.goal().metric().label());
        console.out().println("rows     " + (rows.isEmpty() ? "none" : rows));
        if (!report.labels().isEmpty()) {
            String labels = report.labels().entrySet().stream()
                    .limit(LABELS_SHOWN)
                    .map(entry -> entry.getKey() + " " + entry.getValue())
                    .collect(Collectors.joining(", "));
            int more = report.labels().size() - LABELS_SHOWN;
            console.out().println("labels   " + labels + (more > 0 ? ", … " + more + " more" : ""));
        }
        console.out()
                .println("lengths  inputs of " + report.lengths().input().median() + " characters (95 %: "
                        + report.lengths().input().p95() + "), outputs of "
                        + report.lengths().output().median() + " (95 %: "
                        + report.lengths().output().p95() + ")");
        long errors = report.findings().stream()
                .filter(finding -> finding.kind().severity() == Finding.Severity.ERROR)
                .count();
        console.out().println(errors == 0 ? "The data can be used." : "The data cannot be used yet.");
    }

    private static String text(Finding finding) {
        List<Integer> lines = finding.lines();
        String where = lines.isEmpty() ? "" : "line " + lines.getFirst() + ": ";
        String text = finding.message().startsWith(finding.file().toString())
                ? finding.message()
                : finding.file() + ": " + where + finding.message();
        String more = "";
        if (finding.count() > 1) {
            String others = lines.stream().skip(1).map(String::valueOf).collect(Collectors.joining(", "));
            String label = finding.count() == 2 ? ": line " : ": lines ";
            more = " (and " + (finding.count() - 1) + " more"
                    + (others.isEmpty() ? "" : label + others + (finding.count() > lines.size() ? ", …" : ""))
                    + ")";
        }
        return finding.kind().severity().name().toLowerCase(Locale.ROOT) + "  " + text + more;
    }

    private static String word(Part part) {
        return switch (part) {
            case TRAIN -> "to train with";
            case VALIDATION -> "to validate with";
            case TEST -> "to judge by";
        };
    }

    private static ObjectNode json(DataReport report) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("usable", report.isUsable());
        ArrayNode findings = node.putArray("findings");
        for (Finding finding : report.findings()) {
            ObjectNode entry = findings.addObject()
                    .put("severity", finding.kind().severity().name().toLowerCase(Locale.ROOT))
                    .put("kind", finding.kind().label())
                    .put("file", finding.file().toString())
                    .put("message", finding.message())
                    .put("count", finding.count());
            finding.lines().forEach(entry.putArray("lines")::add);
        }
        ObjectNode rows = node.putObject("rows");
        report.rows().forEach((part, count) -> rows.put(part.name().toLowerCase(Locale.ROOT), count));
        ObjectNode labels = node.putObject("labels");
        report.labels().forEach(labels::put);
        return node;
    }
}
