package dev.lilla.project;

import dev.lilla.data.DataFile;
import dev.lilla.data.DataRow;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// Looks through the data of a project for what would spoil its results. Files are read once, a row at a time.
public final class DataCheck {
    /// Below this a share is known to within some 9 points at best (Wilson interval at 95 %, 0.9 of 100).
    private static final int TEST_ROWS_FEW = 100;

    private static final int LABELS_MANY = 100;
    private static final int LABELS_KEPT_MAX = 10_000;
    private static final int LABEL_ROWS_FEW = 5;
    private static final int ROWS_BETWEEN_REPORTS = 10_000;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .build();

    private final Task task;
    private final Set<String> declared;
    private final ProjectExamples data;
    private final LongConsumer progress;
    private final FindingList findings = new FindingList();
    private final Map<Part, Long> rows = new EnumMap<>(Part.class);
    private final Map<String, Long> labels = new TreeMap<>();
    private final Set<String> trained = new HashSet<>();
    /// Labels of validation and test that training may yet turn out to have.
    private final Map<String, Seen> judged = new LinkedHashMap<>();

    private final LineIndex ids = new LineIndex();
    private final LineIndex inputs = new LineIndex();
    private final LineIndex trainInputs = new LineIndex();
    private final LineIndex examples = new LineIndex();
    private final LengthCounter inputLengths = new LengthCounter();
    private final LengthCounter outputLengths = new LengthCounter();
    private long rowsRead;
    /// Whether all rows of all files were read, so that what is missing among them is missing.
    private boolean isWhole = true;

    /// Where a label was seen first outside training, and how often.
    private static final class Seen {
        private final Path file;
        private final List<Integer> lines = new ArrayList<>();
        private long count;

        Seen(Path file) {
            this.file = file;
        }

        void add(int line) {
            count++;
            if (lines.size() < FindingList.LINES_MAX) {
                lines.add(line);
            }
        }
    }

    private DataCheck(Project project, LongConsumer progress) {
        this.task = project.goal().task();
        this.declared = Set.copyOf(project.goal().labels());
        this.data = ProjectExamples.of(project);
        this.progress = progress;
        project.evaluation()
                .withoutEffect()
                .ifPresent(words ->
                        findings.add(Finding.Kind.WITHOUT_EFFECT, project.file(), 0, words.in(Tongue.ENGLISH)));
    }

    /// Checks the data.
    ///
    /// @param progress is told now and then how many rows were read
    public static DataReport check(Project project, LongConsumer progress) {
        return new DataCheck(project, progress).report();
    }

    private DataReport report() {
        for (Path file : data.files()) {
            try {
                file(data.open(file));
            } catch (IllegalArgumentException | UncheckedIOException e) {
                isWhole = false;
                findings.add(Finding.Kind.UNREADABLE, file, 0, String.valueOf(e.getMessage()));
            }
        }
        if (isWhole) {
            afterwards();
        }
        return new DataReport(findings.findings(), rows, labels, TextLengths.of(inputLengths, outputLengths));
    }

    private void file(DataFile file) {
        List<String> columns = file.columns();
        if (columns.isEmpty()) {
            findings.add(Finding.Kind.EMPTY_FILE, file.path(), 0, "holds no rows");
            return;
        }
        List<String> missing = data.missingColumns(columns);
        // Lines of JSON may leave a key out; then each such row is empty.
        if (!missing.isEmpty()) {
            findings.add(Finding.Kind.MISSING_COLUMN, file.path(), 1, ProjectExamples.missingText(missing, file));
            return;
        }
        long before = rowsRead;
        file.forEach(row -> {
            row(file.path(), row);
            if (++rowsRead % ROWS_BETWEEN_REPORTS == 0) {
                progress.accept(rowsRead);
            }
            return true;
        });
        if (rowsRead == before) {
            findings.add(Finding.Kind.EMPTY_FILE, file.path(), 0, "has a header and no rows");
        }
    }

    private void row(Path file, DataRow row) {
        ProjectExample example = data.read(row);
        int line = row.line();
        Part part = data.part(file, example);
        rows.merge(part, 1L, Long::sum);
        if (data.source().columns().id().isPresent()) {
            int first = ids.putIfAbsent(InputHash.exact(example.id()), line);
            if (first != 0) {
                findings.add(
                        Finding.Kind.DUPLICATE_ID,
                        file,
                        line,
                        "the id \"" + shortened(example.id()) + "\" was on line " + first + " already");
            }
        }
        if (example.input().isBlank()) {
            findings.add(
                    Finding.Kind.EMPTY_INPUT,
                    file,
                    line,
                    column(data.source().columns().input()) + " is empty");
            return;
        }
        if (example.output().isBlank()) {
            findings.add(
                    Finding.Kind.EMPTY_OUTPUT,
                    file,
                    line,
                    column(data.source().columns().output()) + " is empty");
            return;
        }
        inputLengths.add(
                example.input().length() + example.context().map(String::length).orElse(0));
        outputLengths.add(example.output().length());
        repeats(file, part, example);
        output(file, part, example);
    }

    private void repeats(Path file, Part part, ProjectExample example) {
        int line = example.line();
        long hash = example.inputHash();
        int trainLine = part == Part.TRAIN ? trainInputs.putIfAbsent(hash, line) : trainInputs.get(hash);
        if (part != Part.TRAIN && trainLine != 0) {
            findings.add(
                    Finding.Kind.LEAK,
                    file,
                    line,
                    "the input is in the training data too, on line " + trainLine
                            + ". A model that has seen it proves nothing: take it out of one of them");
            return;
        }
        int first = inputs.putIfAbsent(hash, line);
        boolean isNewExample = examples.putIfAbsent(
                        InputHash.seeded(hash, InputHash.exact(example.output().strip())), line)
                == 0;
        if (first != 0 && isNewExample) {
            findings.add(
                    Finding.Kind.CONTRADICTION,
                    file,
                    line,
                    "the input was on line " + first + " already, with another output");
        } else if (first != 0) {
            findings.add(Finding.Kind.REPEATED_INPUT, file, line, "the row was there already, on line " + first);
        }
    }

    private void output(Path file, Part part, ProjectExample example) {
        switch (task) {
            case CLASSIFY -> label(file, part, example);
            case EXTRACT -> json(file, example);
            case SUMMARIZE, ANSWER, GENERATE, CHAT -> {
                // Any text will do.
            }
        }
    }

    private void label(Path file, Part part, ProjectExample example) {
        String label = example.output().strip();
        if (!declared.isEmpty() && !declared.contains(label)) {
            String nearest = Spelling.nearest(label, declared)
                    .map(word -> ". Is it \"" + word + "\"?")
                    .orElse("");
            findings.add(
                    Finding.Kind.UNKNOWN_LABEL,
                    file,
                    example.line(),
                    "the label \"" + shortened(label) + "\" is none of goal.labels" + nearest);
        }
        if (labels.size() < LABELS_KEPT_MAX || labels.containsKey(label)) {
            labels.merge(label, 1L, Long::sum);
        }
        if (part == Part.TRAIN) {
            if (trained.size() < LABELS_KEPT_MAX) {
                trained.add(label);
            }
        } else if (judged.size() < LABELS_KEPT_MAX) {
            judged.computeIfAbsent(label, _ -> new Seen(file)).add(example.line());
        }
    }

    private void json(Path file, ProjectExample example) {
        try {
            if (!JSON.readTree(example.output()).isObject()) {
                findings.add(
                        Finding.Kind.NO_JSON,
                        file,
                        example.line(),
                        column(data.source().columns().output()) + " is no JSON object, expected the fields as in"
                                + " {\"name\": \"…\"}");
            }
        } catch (JacksonException e) {
            findings.add(
                    Finding.Kind.NO_JSON,
                    file,
                    example.line(),
                    column(data.source().columns().output()) + " is no JSON: " + e.getOriginalMessage());
        }
    }

    /// What only all rows together tell.
    private void afterwards() {
        if (!rows.containsKey(Part.TRAIN)) {
            judged.clear(); // Nothing is trained, so every label is as new as the others.
        }
        judged.forEach((label, seen) -> {
            if (!trained.contains(label)) {
                findings.add(
                        Finding.Kind.UNSEEN_LABEL,
                        seen.file,
                        seen.lines,
                        seen.count,
                        "the label \"" + shortened(label) + "\" is never in the training data");
            }
        });
        Path last = data.files().getLast();
        if (labels.size() > LABELS_MANY) {
            findings.add(
                    Finding.Kind.MANY_LABELS,
                    last,
                    0,
                    "there are " + labels.size() + " labels. Is "
                            + column(data.source().columns().output()) + " the right column?");
        }
        labels.forEach((label, count) -> {
            if (count < LABEL_ROWS_FEW && labels.size() <= LABELS_MANY) {
                findings.add(
                        Finding.Kind.SPARSE_LABEL,
                        last,
                        0,
                        "the label \"" + shortened(label) + "\" has " + count + (count == 1 ? " row" : " rows")
                                + ", too few to judge by");
            }
        });
        long test = rows.getOrDefault(Part.TEST, 0L);
        if (test == 0 && rowsRead > 0) {
            findings.add(
                    Finding.Kind.NO_TEST_ROWS,
                    last,
                    0,
                    "there are no rows to judge by. Give more rows, another data.split.test, or a file under data.test");
        } else if (test < TEST_ROWS_FEW && rowsRead > 0) {
            findings.add(
                    Finding.Kind.FEW_ROWS,
                    last,
                    0,
                    "there are " + test + " rows to judge by; with fewer than " + TEST_ROWS_FEW
                            + " a score is uncertain by some 6 points and more");
        }
    }

    private static String column(String name) {
        return "\"" + name + "\"";
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 59) + "…";
    }
}
