package dev.lilla.cli;

import dev.lilla.project.ColumnGuess;
import dev.lilla.project.Project;
import dev.lilla.project.ProjectTemplate;
import dev.lilla.project.Task;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Asks for what a project needs, one question at a time. An empty answer takes what stands in brackets.
final class Interview {
    private static final Wording TASK = new Wording(
            "What shall the model do? classify, extract (fields), summarize, answer (questions), generate or chat",
            "Vad ska modellen göra? classify (sortera), extract (plocka fält), summarize (sammanfatta), answer (svara på"
                    + " frågor), generate (skriva) eller chat");
    private static final Wording DESCRIPTION = new Wording("The task in one sentence", "Uppgiften i en mening");
    private static final Wording DATA = new Wording(
            "File with examples and right answers (.csv, .tsv or .jsonl)",
            "Fil med exempel och rätta svar (.csv, .tsv eller .jsonl)");
    private static final Wording INPUT = new Wording("Column with what the model gets", "Kolumn med det modellen får");
    private static final Wording OUTPUT = new Wording("Column with the right answer", "Kolumn med det rätta svaret");
    private static final Wording CONTEXT = new Wording(
            "Column with the text that a question is about, if there is one",
            "Kolumn med texten som en fråga gäller, om det finns en");
    private static final Wording LANGUAGES =
            new Wording("Languages of the texts, as codes (en, sv)", "Texternas språk, som koder (en, sv)");
    private static final Wording MINIMUM = new Wording(
            "Least quality that will do, 0 to 1 (empty: not said)",
            "Lägsta kvalitet som duger, 0 till 1 (tomt:" + " inte sagt)");
    private static final Wording LATENCY = new Wording(
            "95 % of answers within (800ms, 2s; empty: not said)", "95 % av svaren inom (800ms, 2s; tomt: inte sagt)");
    private static final Wording MEMORY = new Wording(
            "Memory the model may take (8GB; empty: what there is)",
            "Minne modellen får ta (8GB; tomt: det som finns)");
    private static final Wording LICENSES = new Wording(
            "Licenses that will do: open, commercial or any", "Licenser som duger: open, commercial eller any");
    private static final Wording PRIVACY = new Wording(
            "May texts leave this machine? local (never), redacted or open",
            "Får texterna lämna datorn? local (aldrig), redacted (utan personuppgifter) eller open");

    /// What an answer has to be, where the form of the file says it.
    private static final Map<String, Wording> EXPECTED = Map.of(
            "goal.task",
            new Wording(
                    "expected classify, extract, summarize, answer, generate or chat",
                    "väntade classify, extract, summarize, answer, generate eller chat"),
            "goal.minimum_quality",
            new Wording("expected a number from 0 to 1, as 0.8", "väntade ett tal från 0 till 1, som 0,8"),
            "goal.latency_p95",
            new Wording(
                    "expected a time with its unit, as 800ms or 2s", "väntade en tid med enhet, som 800ms eller 2s"),
            "goal.memory",
            new Wording("expected a size with its unit, as 8GB", "väntade en storlek med enhet, som 8GB"),
            "goal.languages",
            new Wording("expected codes of languages, as en or sv", "väntade koder för språk, som en eller sv"),
            "goal.licenses",
            new Wording(
                    "expected open, commercial, any, or ids such as apache-2.0",
                    "väntade open, commercial, any, eller beteckningar som apache-2.0"),
            "goal.privacy",
            new Wording("expected local, redacted or open", "väntade local, redacted eller open"));

    private final Console console;
    private final Tongue tongue;
    private final Path file;
    private final Optional<Character> delimiter;
    private final BufferedReader in;

    /// @param file that is to be written
    /// @param delimiter between columns, if somebody said so
    Interview(Console console, Tongue tongue, Path file, Optional<Character> delimiter) {
        this.console = console;
        this.tongue = tongue;
        this.file = file;
        this.delimiter = delimiter;
        this.in = console.reader();
    }

    /// Adds to `values` what is not in them yet.
    ///
    /// @throws IllegalArgumentException if the input ends before all is answered
    void ask(Map<String, String> values) throws IOException {
        ask(values, "goal.task", TASK, "classify", answer -> Task.of(answer).label());
        ask(values, "goal.description", DESCRIPTION, "", ProjectTemplate::quoted);
        if (!values.containsKey("data.test")) {
            ask(values, "data.file", DATA, "", this::existing);
        }
        askColumns(values);
        ask(
                values,
                "goal.languages",
                LANGUAGES,
                tongue == Tongue.SWEDISH ? "sv" : "en",
                answer -> ProjectTemplate.list(Arrays.asList(answer.split("[, ]+"))));
        ask(values, "goal.minimum_quality", MINIMUM, "", Interview::withPoint);
        ask(values, "goal.latency_p95", LATENCY, "", Interview::withPoint);
        ask(values, "goal.memory", MEMORY, "", Interview::withPoint);
        ask(
                values,
                "goal.licenses",
                LICENSES,
                "commercial",
                answer -> ProjectTemplate.list(Arrays.asList(answer.split("[, ]+"))));
        ask(values, "goal.privacy", PRIVACY, "local", UnaryOperator.identity());
    }

    private void askColumns(Map<String, String> values) throws IOException {
        String named = values.getOrDefault("data.file", values.getOrDefault("data.test", ""));
        Path table = file.resolveSibling(unquoted(named));
        if (!Files.isRegularFile(table)) {
            return;
        }
        ColumnGuess guess = ColumnGuess.of(table, delimiter);
        guess.delimiter().ifPresent(guessed -> InitCommand.put(values, "data.delimiter", guessed.toString()));
        UnaryOperator<String> column = answer -> column(guess.columns(), answer);
        ask(values, "data.columns.input", INPUT, guess.input().orElse(""), column);
        ask(values, "data.columns.output", OUTPUT, guess.output().orElse(""), column);
        if (values.getOrDefault("goal.task", "").equals(Task.ANSWER.label())) {
            ask(values, "data.columns.context", CONTEXT, guess.context().orElse(""), column);
        }
        guess.id().ifPresent(id -> values.putIfAbsent("data.columns.id", ProjectTemplate.quoted(id)));
    }

    /// `0,8` as people write it where the comma is the decimal sign.
    private static String withPoint(String answer) {
        return answer.replaceFirst("^(\\d+),(\\d+)", "$1.$2");
    }

    private static String unquoted(String yaml) {
        return yaml.startsWith("\"") && yaml.endsWith("\"") ? yaml.substring(1, yaml.length() - 1) : yaml;
    }

    private String column(List<String> columns, String answer) {
        if (!columns.contains(answer)) {
            throw new IllegalArgumentException("\"" + answer + "\""
                    + new Wording(" is none of ", " är ingen av ").in(tongue) + String.join(", ", columns));
        }
        return ProjectTemplate.quoted(answer);
    }

    private String existing(String answer) {
        Path path = Path.of(answer);
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(
                    new Wording("there is no file ", "det finns ingen fil ").in(tongue) + path);
        }
        ColumnGuess.of(path, delimiter);
        return ProjectTemplate.quoted(InitCommand.fromFolder(file, path));
    }

    /// Asks until the answer is one.
    ///
    /// @param usual taken for an empty answer; if it is empty too, nothing is said about the key
    private void ask(
            Map<String, String> values, String key, Wording question, String usual, UnaryOperator<String> reading)
            throws IOException {
        while (!values.containsKey(key)) {
            console.err().print(question.in(tongue) + (usual.isEmpty() ? "" : " [" + usual + "]") + ": ");
            console.err().flush();
            String line = in.readLine();
            if (line == null) {
                throw new IllegalArgumentException("the answers ended before the questions; nothing was written");
            }
            String answer = line.isBlank() ? usual : line.strip();
            if (answer.isEmpty()) {
                if (key.equals("data.file")) {
                    continue;
                }
                return;
            }
            try {
                String value = reading.apply(answer);
                checked(values, key, value);
                values.put(key, value);
            } catch (IllegalArgumentException e) {
                console.err().println("  " + complaint(key, answer, e));
            }
        }
    }

    /// No lines and columns: there is no file yet.
    private String complaint(String key, String answer, IllegalArgumentException failure) {
        Wording expected = EXPECTED.get(key);
        return expected == null ? String.valueOf(failure.getMessage()) : "\"" + answer + "\": " + expected.in(tongue);
    }

    /// Holds the answer against the form, with what else a project needs made up.
    private void checked(Map<String, String> values, String key, String value) {
        Map<String, String> trial = new LinkedHashMap<>(values);
        trial.putIfAbsent("goal.task", Task.CLASSIFY.label());
        trial.putIfAbsent("data.file", "data.csv");
        if (trial.containsKey("data.test")) {
            trial.remove("data.file");
        }
        trial.put(key, value);
        Project.parse(Path.of(Project.FILE_NAME), ProjectTemplate.write(trial, Tongue.ENGLISH));
    }
}
