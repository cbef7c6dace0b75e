package dev.lilla.cli;

import dev.lilla.project.ColumnGuess;
import dev.lilla.project.Project;
import dev.lilla.project.ProjectTemplate;
import dev.lilla.project.Task;
import dev.lilla.project.Tongue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla init`: writes a project file.
@Command(
        name = "init",
        sortOptions = false,
        description = {
            "Writes lilla.yaml: what a model must do, on which data, and what it must meet.",
            "",
            "On a terminal it asks for what the options leave open, in English or Swedish; otherwise, and with --yes, it "
                    + "takes what is usual. The file explains every field, and \"lilla project check\" finds mistakes.",
        },
        footer = {
            "",
            "For example:",
            "  lilla init",
            "  lilla init --task classify --data tickets.csv --input text --output category --yes",
            "  lilla init --task summarize --train train.jsonl --test test.jsonl --latency 5s --lang sv",
        })
final class InitCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "Where to write it. Default: lilla.yaml.")
    private Path file = Path.of(Project.FILE_NAME);

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "classify, extract, summarize, answer, generate, chat.")
    private @Nullable String task;

    @Option(names = "--data", paramLabel = "FILE", description = "Examples, which Lilla splits: .csv, .tsv or .jsonl.")
    private @Nullable Path data;

    @Option(names = "--train", paramLabel = "FILE", description = "Examples to tune with, where they are a file apart.")
    private @Nullable Path train;

    @Option(names = "--validation", paramLabel = "FILE", description = "Examples to choose settings by.")
    private @Nullable Path validation;

    @Option(names = "--test", paramLabel = "FILE", description = "Examples to judge by.")
    private @Nullable Path test;

    @ArgGroup(exclusive = false, heading = "Columns of the data:%n")
    private InitColumns columns = new InitColumns();

    @ArgGroup(exclusive = false, heading = "What a model must meet:%n")
    private InitLimits limits = new InitLimits();

    @Option(names = "--name", paramLabel = "NAME", description = "What the project is called. Default: its folder.")
    private @Nullable String name;

    @Option(
            names = "--lang",
            paramLabel = "CODE",
            description = "Language of the questions and the comments: en or sv. Default: that of the system.")
    private @Nullable String lang;

    @Option(
            names = {"--yes", "-y"},
            description = "Asks nothing.")
    private boolean yes;

    @Option(names = "--force", description = "Writes over a file that is there.")
    private boolean force;

    InitCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Tongue tongue = console.tongue(lang);
        if (Files.exists(file) && !force) {
            throw new IllegalArgumentException(file + " exists already. --force writes over it");
        }
        Map<String, String> values = new LinkedHashMap<>();
        put(values, "name", name);
        if (task != null) {
            values.put("goal.task", Task.of(task).label());
        }
        limits.addTo(values);
        addFiles(values);
        columns.addTo(values);
        if (!yes && console.terminals().in()) {
            new Interview(console, tongue, file, columns.delimiter()).ask(values);
        } else {
            complete(values);
        }
        String yaml = ProjectTemplate.write(values, tongue);
        Project project = Project.parse(file, yaml);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, yaml, StandardCharsets.UTF_8);
        say(tongue, project);
        return 0;
    }

    private void addFiles(Map<String, String> values) {
        if (data != null && (train != null || test != null || validation != null)) {
            throw new IllegalArgumentException("either --data, which Lilla splits, or --train and --test");
        }
        putPath(values, "data.file", data);
        putPath(values, "data.train", train);
        putPath(values, "data.validation", validation);
        putPath(values, "data.test", test);
    }

    /// What nobody is there to be asked for.
    private void complete(Map<String, String> values) {
        List<String> missing = new ArrayList<>();
        if (!values.containsKey("goal.task")) {
            missing.add("--task");
        }
        if (data == null && test == null) {
            missing.add("--data");
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(String.join(" and ", missing) + (missing.size() == 1 ? " is" : " are")
                    + " missing. On a terminal \"lilla init\" asks for it");
        }
        Path table = data != null ? data : test;
        if (table != null && Files.isRegularFile(table)) {
            ColumnGuess guess = ColumnGuess.of(table, columns.delimiter());
            guess.delimiter().ifPresent(delimiter -> put(values, "data.delimiter", delimiter.toString()));
            guessed(values, "data.columns.input", guess.input(), "--input", guess.columns());
            guessed(values, "data.columns.output", guess.output(), "--output", guess.columns());
            guess.id().ifPresent(id -> values.putIfAbsent("data.columns.id", ProjectTemplate.quoted(id)));
        }
    }

    private static void guessed(
            Map<String, String> values, String key, Optional<String> column, String option, List<String> columns) {
        if (!values.containsKey(key)) {
            values.put(
                    key,
                    ProjectTemplate.quoted(column.orElseThrow(() -> new IllegalArgumentException(
                            "the names of the columns do not tell which one it is: say so with " + option
                                    + "; there are " + String.join(", ", columns)))));
        }
    }

    private void say(Tongue tongue, Project project) {
        String where = file.getFileName().toString().equals(Project.FILE_NAME) ? "" : " " + file;
        console.out()
                .println(
                        switch (tongue) {
                            case ENGLISH ->
                                "wrote " + file + " for the task "
                                        + project.goal().task().label() + ". Next:";
                            case SWEDISH ->
                                "skrev " + file + " för uppgiften "
                                        + project.goal().task().label() + ". Sedan:";
                        });
        console.out().println("  lilla project check" + where);
        console.out().println("  lilla candidates" + where);
    }

    static void put(Map<String, String> values, String key, @Nullable String text) {
        if (text != null) {
            values.put(key, ProjectTemplate.quoted(text));
        }
    }

    /// A path as it is from the project's folder.
    private void putPath(Map<String, String> values, String key, @Nullable Path path) {
        if (path != null) {
            put(values, key, fromFolder(file, path));
        }
    }

    static String fromFolder(Path file, Path path) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        Path whole = path.toAbsolutePath().normalize();
        return (path.isAbsolute() || folder == null ? whole : folder.relativize(whole))
                .toString()
                .replace('\\', '/');
    }
}
