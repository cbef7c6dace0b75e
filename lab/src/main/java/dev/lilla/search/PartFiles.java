package dev.lilla.search;

import dev.lilla.project.Part;
import dev.lilla.project.Project;
import dev.lilla.project.ProjectExample;
import dev.lilla.project.ProjectExamples;
import dev.lilla.project.Task;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// The examples of a project, each part in a file that training and evaluation read: lines of JSON with `id`, `system`,
/// `prompt` and `completion`, the prompt as a model will get it.
///
/// A project without validation data gives a tenth of its training examples for it.
///
/// @param train what models learn from
/// @param validation what the search chooses by
/// @param test what the decision is made by, which nothing else sees
/// @param labels the classes of a classification; empty for other tasks
public record PartFiles(PartFile train, PartFile validation, PartFile test, List<String> labels) {
    /// One training example in so many, where there is no validation data.
    private static final int VALIDATION_EVERY = 10;

    /// Spreads hashes (Knuth, The Art of Computer Programming, 6.4: the golden ratio of 2^32).
    private static final int GOLDEN = 0x9E37_79B9;

    /// More classes than any prompt names.
    private static final int LABELS_MAX = 1000;

    private static final JsonMapper MAPPER = JsonMapper.shared();

    public PartFiles {
        labels = List.copyOf(labels);
    }

    /// One part.
    ///
    /// @param rows how many examples it has
    /// @param digest of its lines, SHA-256
    /// @param longestAnswer in characters
    public record PartFile(Path path, int rows, String digest, int longestAnswer) {
        /// A file of some of its rows.
        ///
        /// @param from the first, from 0
        /// @param to before which it ends
        Path piece(int from, int to) {
            String name = String.valueOf(path.getFileName()).replace(".jsonl", "");
            Path piece = path.resolveSibling(name + "-" + from + "-" + to + ".jsonl");
            try (Stream<String> lines = Files.lines(path)) {
                Files.write(piece, lines.skip(from).limit((long) to - from).toList());
                return piece;
            } catch (IOException e) {
                throw new UncheckedIOException(piece + ": cannot be written: " + e.getMessage(), e);
            }
        }

        /// Prompts with their answers.
        List<Baselines.Solved> solved() {
            try (Stream<String> lines = Files.lines(path)) {
                return lines.map(MAPPER::readTree)
                        .map(row -> new Baselines.Solved(
                                row.path("prompt").asString(),
                                row.path("completion").asString()))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /// Writes the files of a project, in place of older ones.
    ///
    /// @throws IllegalArgumentException if the data cannot be read, or a part that is needed has no examples
    public static PartFiles write(Project project, Path folder) {
        ProjectExamples examples = ProjectExamples.of(project);
        List<ProjectExample> train = examples.examples(Part.TRAIN);
        List<ProjectExample> validation = examples.examples(Part.VALIDATION);
        List<ProjectExample> test = examples.examples(Part.TEST);
        if (test.isEmpty()) {
            throw new IllegalArgumentException(project.file() + ": the data has no test examples, so nothing can be"
                    + " judged. Give data.test, or a larger data.split.test.");
        }
        if (validation.isEmpty()) {
            validation = aTenth(train, true);
            train = aTenth(train, false);
        }
        List<String> labels = labels(project, train, test);
        RowWriter writer = new RowWriter(project, labels);
        try {
            Files.createDirectories(folder);
            return new PartFiles(
                    writer.write(folder.resolve("train.jsonl"), train),
                    writer.write(folder.resolve("validation.jsonl"), validation),
                    writer.write(folder.resolve("test.jsonl"), test),
                    labels);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// A tenth of the examples, or all others. Which is which follows from the input alone, so no order matters.
    private static List<ProjectExample> aTenth(List<ProjectExample> all, boolean isWanted) {
        return all.stream()
                .filter(example -> {
                    int mixed = example.input().strip().hashCode() * GOLDEN;
                    return ((mixed >>> Short.SIZE) % VALIDATION_EVERY == 0) == isWanted;
                })
                .toList();
    }

    /// The classes that a project's prompts name: those of the goal, else those of the data, which is read for it.
    ///
    /// @throws IllegalArgumentException if the data is needed and cannot be read
    public static List<String> labels(Project project) {
        if (project.goal().task() != Task.CLASSIFY || !project.goal().labels().isEmpty()) {
            return labels(project, List.of(), List.of());
        }
        ProjectExamples examples = ProjectExamples.of(project);
        return labels(project, examples.examples(Part.TRAIN), examples.examples(Part.TEST));
    }

    /// The classes that the goal names, else those of the data, in the order of the alphabet.
    private static List<String> labels(Project project, List<ProjectExample> train, List<ProjectExample> test) {
        if (project.goal().task() != Task.CLASSIFY) {
            return List.of();
        }
        if (!project.goal().labels().isEmpty()) {
            return project.goal().labels();
        }
        TreeSet<String> found = new TreeSet<>();
        train.forEach(example -> found.add(example.output().strip()));
        test.forEach(example -> found.add(example.output().strip()));
        if (found.size() > LABELS_MAX) {
            throw new IllegalArgumentException(project.file() + ": the examples have " + found.size()
                    + " different labels, at most " + LABELS_MAX + " make a classification. Is data.columns.output the"
                    + " right column?");
        }
        return List.copyOf(found);
    }

    /// Rows as models get them.
    private record RowWriter(Project project, List<String> labels) {
        PartFile write(Path path, List<ProjectExample> examples) throws IOException {
            MessageDigest digest = sha256();
            int longest = 0;
            Path partial = path.resolveSibling(path.getFileName() + ".partial");
            try (BufferedWriter out = Files.newBufferedWriter(partial)) {
                for (ProjectExample example : examples) {
                    String line = MAPPER.writeValueAsString(row(example)) + "\n";
                    digest.update(line.getBytes(StandardCharsets.UTF_8));
                    longest = Math.max(longest, example.output().length());
                    out.write(line);
                }
            }
            Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return new PartFile(path, examples.size(), HexFormat.of().formatHex(digest.digest()), longest);
        }

        private Map<String, String> row(ProjectExample example) {
            Map<String, String> row = new LinkedHashMap<>();
            row.put("id", example.id());
            project.evaluation().system().ifPresent(system -> row.put("system", system));
            row.put("prompt", prompt(example));
            row.put("completion", example.output().strip());
            return row;
        }

        /// Placeholders in what is filled in stay as they are.
        private String prompt(ProjectExample example) {
            StringBuilder prompt = new StringBuilder();
            String form = project.evaluation().prompt();
            Map<String, String> values = Map.of(
                    "{input}", example.input(),
                    "{context}", example.context().orElse(""),
                    "{labels}", String.join(", ", labels));
            int at = 0;
            while (at < form.length()) {
                int start = at;
                String name = values.keySet().stream()
                        .filter(value -> form.startsWith(value, start))
                        .findFirst()
                        .orElse("");
                if (name.isEmpty()) {
                    prompt.append(form.charAt(at));
                    at++;
                } else {
                    prompt.append(values.get(name));
                    at += name.length();
                }
            }
            return prompt.toString().strip();
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }
}
