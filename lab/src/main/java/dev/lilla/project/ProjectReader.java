package dev.lilla.project;

import dev.lilla.optimize.ConversionType;
import dev.lilla.project.CandidateOptions.Load;
import dev.lilla.project.DataSource.ColumnNames;
import dev.lilla.project.Evaluation.Decoding;
import dev.lilla.remote.RemoteApi;
import dev.lilla.remote.RemoteModel;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Turns a file that the form has found right into a project, and checks what no single field tells.
final class ProjectReader {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}\\s]{1,50})}");
    private static final Set<String> PLACEHOLDERS = Set.of("input", "context", "labels");
    private static final int MAX_USUALLY = 3;

    private final Path file;
    private final List<Problem> problems;

    private ProjectReader(Path file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /// @throws ProjectException with all that is wrong
    static Project project(Path file, String yaml) {
        YamlNode.Mapping tree = YamlReader.read(file.toString(), yaml);
        List<Problem> problems = new ArrayList<>(FormCheck.of(tree));
        if (!problems.isEmpty()) {
            throw new ProjectException(file.toString(), problems);
        }
        Project project = new ProjectReader(file, problems).project(FormValues.of(tree));
        if (!problems.isEmpty()) {
            throw new ProjectException(file.toString(), problems);
        }
        return project;
    }

    private Project project(FormValues root) {
        Goal goal = goal(root.section("goal"));
        return new Project(
                file,
                root.text("name").orElseGet(this::folderName),
                goal,
                data(root.section("data"), goal.task()),
                candidates(root.section("candidates")),
                evaluation(root.section("evaluation"), goal.task()),
                optimization(root.section("optimization")),
                deployment(root.section("deployment"), goal));
    }

    private String folderName() {
        Path folder = file.toAbsolutePath().normalize().getParent();
        return folder == null || folder.getFileName() == null
                ? "project"
                : folder.getFileName().toString();
    }

    private Goal goal(FormValues goal) {
        Task task = Task.of(goal.text("task").orElseThrow());
        List<String> labels = goal.texts("labels").orElse(List.of());
        if (!labels.isEmpty() && task != Task.CLASSIFY) {
            report(goal, "labels", "goal.labels", "belong to the task classify, and this one is " + task.label());
        }
        Metric metric = goal.text("metric")
                .map(word -> EnumWords.parse(Metric.class, word))
                .orElse(task.usualMetric());
        if (metric.isOfClasses() && task != Task.CLASSIFY) {
            report(
                    goal,
                    "metric",
                    "goal.metric",
                    metric.label() + " is of classes, which the task classify has, and this one is " + task.label()
                            + "; usual for it is " + task.usualMetric().label());
        }
        Limits limits = new Limits(
                goal.text("latency_p95").map(Quantities::duration),
                bytes(goal, "memory"),
                bytes(goal, "disk"),
                goal.number("cost_per_1000"));
        List<String> languages = goal.texts("languages").orElse(List.of()).stream()
                .map(code -> code.toLowerCase(Locale.ROOT))
                .toList();
        for (String code : languages) {
            if (!code.matches("[a-z]{2,3}")) {
                report(
                        goal,
                        "languages",
                        "goal.languages",
                        "\"" + code + "\" is no code of a language, expected two or" + " three letters, as en or sv");
            }
        }
        return new Goal(
                task,
                goal.text("description"),
                labels,
                metric,
                goal.number("minimum_quality"),
                limits,
                new Goal.Terms(
                        languages,
                        goal.texts("licenses").orElse(List.of("commercial")),
                        goal.text("privacy")
                                .map(word -> EnumWords.parse(Privacy.class, word))
                                .orElse(Privacy.LOCAL)));
    }

    private static OptionalLong bytes(FormValues values, String key) {
        return values.text(key).map(Quantities::bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private DataSource data(FormValues data, Task task) {
        FormValues columns = data.section("columns");
        ColumnNames names = new ColumnNames(
                columns.text("input").orElse("input"),
                columns.text("output").orElse("output"),
                columns.text("context"),
                columns.text("id"));
        if (names.input().equals(names.output())) {
            report(data, "columns", "data.columns", "input and output are the same column \"" + names.input() + "\"");
        }
        if (names.context().isPresent() && task != Task.ANSWER && task != Task.GENERATE) {
            report(
                    columns,
                    "context",
                    "data.columns.context",
                    "belongs to the tasks answer and generate, and this one is " + task.label());
        }
        Optional<Character> delimiter =
                data.text("delimiter").filter(text -> !text.isEmpty()).map(text -> text.charAt(0));
        return new DataSource(files(data), names, delimiter);
    }

    private DataSource.Files files(FormValues data) {
        boolean hasParts = data.has("train") || data.has("test") || data.has("validation");
        if (data.has("file")) {
            if (hasParts) {
                report(data, "file", "data.file", "stands beside train, validation or test. Give one file, or parts");
            }
            FormValues split = data.section("split");
            double test = split.number("test").orElse(0.2);
            double validation = split.number("validation").orElse(0.1);
            if (test + validation >= 1) {
                report(data, "split", "data.split", "test and validation take all rows, expected less than 1 together");
            }
            if (test == 0) {
                report(split, "test", "data.split.test", "is 0, so nothing is left to judge by");
            }
            return new DataSource.Split(
                    path(data, "file"), test, validation, split.whole("seed").orElse(1));
        }
        if (data.has("split")) {
            report(data, "split", "data.split", "splits data.file, which is missing");
        }
        if (!data.has("test")) {
            report(data, hasParts ? "train" : "", "data", "names no examples, expected file, or test with train");
        }
        return new DataSource.Parts(
                data.has("train") ? Optional.of(path(data, "train")) : Optional.empty(),
                data.has("validation") ? Optional.of(path(data, "validation")) : Optional.empty(),
                data.has("test") ? path(data, "test") : Path.of(""));
    }

    private Path path(FormValues values, String key) {
        return path(values, key, "data." + key, values.text(key).orElseThrow());
    }

    private Path path(FormValues values, String key, String name, String text) {
        try {
            return file.resolveSibling(text);
        } catch (InvalidPathException e) {
            report(values, key, name, "\"" + text + "\" is no path: " + e.getReason());
            return Path.of("");
        }
    }

    private CandidateOptions candidates(FormValues candidates) {
        return new CandidateOptions(
                candidates.texts("models").orElse(List.of()),
                candidates.texts("exclude").orElse(List.of()),
                types(candidates, List.of(ConversionType.Q4_K_M, ConversionType.Q8_0)),
                candidates.whole("max").orElse(MAX_USUALLY),
                new Load(
                        candidates.whole("context"),
                        candidates.whole("prompt_tokens"),
                        candidates.whole("answer_tokens")),
                remote(candidates));
    }

    private List<RemoteModel> remote(FormValues candidates) {
        List<RemoteModel> models = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<FormValues> sections = candidates.sections("remote");
        for (int i = 0; i < sections.size(); i++) {
            FormValues section = sections.get(i);
            String path = "candidates.remote[" + (i + 1) + "].";
            RemoteApi api = RemoteApi.of(section.text("api").orElseThrow());
            String model = section.text("model").orElseThrow();
            String name = section.text("name").orElse(model);
            for (String key : List.of("model", "name")) {
                if (section.text(key).filter(text -> !isOneLine(text)).isPresent()) {
                    report(section, key, path + key, "begins or ends with a space, or holds line ends and the like");
                }
            }
            if (!names.add(name)) {
                report(
                        section,
                        section.has("name") ? "name" : "model",
                        path + "name",
                        "\"" + name + "\" stands here twice. Give each a name of its own");
            }
            try {
                URI address = RemoteModel.address(section.text("url").orElse(api.usualAddress()));
                models.add(new RemoteModel(name, api, model, address, key(section, path, api)));
            } catch (IllegalArgumentException e) {
                report(section, "url", path + "url", String.valueOf(e.getMessage()));
            }
        }
        return models;
    }

    private static boolean isOneLine(String text) {
        return text.equals(text.strip()) && text.chars().noneMatch(Character::isISOControl);
    }

    /// What stands there is not repeated: it may be the key itself.
    private String key(FormValues section, String path, RemoteApi api) {
        String variable = section.text("key").orElse(api.usualKey());
        if (!RemoteModel.isVariable(variable)) {
            report(
                    section,
                    "key",
                    path + "key",
                    "is no name of an environment variable, expected capital letters, digits and _, as in "
                            + api.usualKey() + ". The key itself belongs into that variable, never into this file");
            return api.usualKey();
        }
        return variable;
    }

    private static List<ConversionType> types(FormValues values, List<ConversionType> usual) {
        return values.texts("types")
                .filter(types -> !types.isEmpty())
                .map(types -> types.stream().map(ConversionType::of).distinct().toList())
                .orElse(usual);
    }

    private Evaluation evaluation(FormValues evaluation, Task task) {
        FormValues decoding = evaluation.section("decoding");
        String prompt = evaluation.text("prompt").orElse(task.usualPrompt());
        Set<String> unknown = PLACEHOLDER
                .matcher(prompt)
                .results()
                .map(result -> result.group(1))
                .filter(name -> !PLACEHOLDERS.contains(name))
                .collect(Collectors.toSet());
        if (!unknown.isEmpty()) {
            report(
                    evaluation,
                    "prompt",
                    "evaluation.prompt",
                    "has {" + String.join("}, {", unknown) + "}, expected {input}, {context} or {labels}");
        }
        Matcher input = Pattern.compile(Pattern.quote("{input}")).matcher(prompt);
        if (!input.find()) {
            report(evaluation, "prompt", "evaluation.prompt", "has no {input}, so every request would be the same");
        }
        List<Integer> seeds = evaluation.texts("seeds").filter(all -> !all.isEmpty()).orElse(List.of("1")).stream()
                .map(Integer::valueOf)
                .toList();
        int repeats = evaluation.whole("repeats").orElse(1);
        rounds(evaluation, seeds, repeats);
        return new Evaluation(
                evaluation.text("system"),
                prompt,
                evaluation.whole("shots").orElse(0),
                new Decoding(
                        decoding.number("temperature").orElse(0),
                        decoding.number("top_p").orElse(1),
                        decoding.whole("top_k").orElse(0),
                        decoding.whole("max_tokens")),
                seeds,
                repeats,
                evaluation.whole("limit"));
    }

    private void rounds(FormValues evaluation, List<Integer> seeds, int repeats) {
        if (Set.copyOf(seeds).size() < seeds.size()) {
            report(
                    evaluation,
                    "seeds",
                    "evaluation.seeds",
                    "is " + seeds
                            + ", expected each seed once: the same seed gives the same answers. evaluation.repeats"
                            + " answers anew with each");
        }
        if ((long) seeds.size() * repeats > Evaluation.ROUNDS_MAX) {
            report(
                    evaluation,
                    evaluation.has("repeats") ? "repeats" : "seeds",
                    evaluation.has("repeats") ? "evaluation.repeats" : "evaluation.seeds",
                    "makes " + (long) seeds.size() * repeats + " rounds with " + seeds.size()
                            + " seeds, expected at most " + Evaluation.ROUNDS_MAX + " together");
        }
    }

    private static Optimization optimization(FormValues optimization) {
        return new Optimization(
                types(
                        optimization,
                        List.of(ConversionType.Q8_0, ConversionType.Q6_K, ConversionType.Q4_K_M, ConversionType.Q4_0)),
                optimization.texts("prune").orElse(List.of()).stream()
                        .map(word -> EnumWords.parse(Optimization.Pruning.class, word))
                        .toList(),
                optimization
                        .text("tune")
                        .map(word -> EnumWords.parse(Optimization.Tuning.class, word))
                        .orElse(Optimization.Tuning.LORA),
                Quantities.duration(optimization.text("budget").orElse("1h")));
    }

    private Deployment deployment(FormValues deployment, Goal goal) {
        Deployment.Target target = deployment
                .text("target")
                .map(word -> EnumWords.parse(Deployment.Target.class, word))
                .orElse(Deployment.Target.LOCAL);
        if (target == Deployment.Target.HYBRID && goal.terms().privacy() == Privacy.LOCAL) {
            report(
                    deployment,
                    "target",
                    "deployment.target",
                    "is hybrid, which sends texts to a cloud, and goal.privacy is local. Change one of them");
        }
        String folder = deployment.text("folder").orElse("deploy");
        return new Deployment(
                target,
                path(deployment, "folder", "deployment.folder", folder),
                deployment.whole("port").orElse(8080));
    }

    private void report(FormValues values, String key, String name, String message) {
        problems.add(new Problem(values.place(key), name, message));
    }
}
