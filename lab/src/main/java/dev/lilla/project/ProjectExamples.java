package dev.lilla.project;

import dev.lilla.data.DataFile;
import dev.lilla.data.DataRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The examples of a project, part by part, a row at a time.
///
/// Where one file is split, a row's part follows from its input (whatever case and spaces) and the seed alone: equal
/// inputs stay together, and rows that come later move no other.
public final class ProjectExamples {
    private final DataSource source;

    private ProjectExamples(DataSource source) {
        this.source = source;
    }

    /// The data of a project.
    public static ProjectExamples of(Project project) {
        return new ProjectExamples(project.data());
    }

    static ProjectExamples of(DataSource source) {
        return new ProjectExamples(source);
    }

    /// The files, each once, in the order train, validation, test.
    public List<Path> files() {
        return switch (source.files()) {
            case DataSource.Split split -> List.of(split.file());
            case DataSource.Parts parts -> {
                List<Path> files = new ArrayList<>();
                parts.train().ifPresent(files::add);
                parts.validation().ifPresent(files::add);
                files.add(parts.test());
                yield List.copyOf(files);
            }
        };
    }

    /// The examples of a part in the order of their file; none where the project has no such part.
    ///
    /// @throws IllegalArgumentException if a file is missing or broken, a column is not there, or an
    ///     input or output is empty; the message names file, line and column
    public List<ProjectExample> examples(Part part) {
        List<ProjectExample> examples = new ArrayList<>();
        forEach(part, examples::add);
        return examples;
    }

    /// The same, handed out until `visitor` says no.
    public void forEach(Part part, Predicate<ProjectExample> visitor) {
        for (Path path : files(part)) {
            DataFile file = open(path);
            requireColumns(file);
            file.forEach(row -> {
                ProjectExample example = example(path, row);
                return part(path, example) != part || visitor.test(example);
            });
        }
    }

    DataFile open(Path path) {
        return DataFile.of(path, source.delimiter());
    }

    DataSource source() {
        return source;
    }

    private List<Path> files(Part part) {
        return switch (source.files()) {
            case DataSource.Split split -> List.of(split.file());
            case DataSource.Parts parts ->
                switch (part) {
                    case TRAIN -> parts.train().stream().toList();
                    case VALIDATION -> parts.validation().stream().toList();
                    case TEST -> List.of(parts.test());
                };
        };
    }

    /// The part that a row of a file belongs to.
    Part part(Path path, ProjectExample example) {
        return switch (source.files()) {
            case DataSource.Split split -> part(split, example);
            case DataSource.Parts parts -> {
                if (parts.test().equals(path)) {
                    yield Part.TEST;
                }
                yield parts.train().filter(path::equals).isPresent() ? Part.TRAIN : Part.VALIDATION;
            }
        };
    }

    private static Part part(DataSource.Split split, ProjectExample example) {
        long hash = InputHash.seeded(example.inputHash(), split.seed());
        double share = (hash >>> 11) * 0x1.0p-53;
        if (share < split.testShare()) {
            return Part.TEST;
        }
        return share < split.testShare() + split.validationShare() ? Part.VALIDATION : Part.TRAIN;
    }

    private void requireColumns(DataFile file) {
        List<String> missing = missingColumns(file.columns());
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(file.path() + ": " + missingText(missing, file));
        }
    }

    List<String> missingColumns(List<String> columns) {
        DataSource.ColumnNames names = source.columns();
        List<String> wanted = new ArrayList<>(List.of(names.input(), names.output()));
        names.context().ifPresent(wanted::add);
        names.id().ifPresent(wanted::add);
        wanted.removeAll(columns);
        return wanted;
    }

    static String missingText(List<String> missing, DataFile file) {
        String found = "has no column "
                + missing.stream().map(name -> "\"" + name + "\"").toList() + ", found "
                + file.columns().stream().map(name -> "\"" + name + "\"").toList() + ". ";
        return found
                + file.likelierDelimiter()
                        .map(delimiter -> "Its columns seem to be separated by "
                                + (delimiter == '\t'
                                        ? "tabs: name it .tsv"
                                        : "\"" + delimiter + "\": say so under data.delimiter")
                                + ".")
                        .orElse("Say under data.columns which column is what, or give another data.delimiter.");
    }

    private ProjectExample example(Path path, DataRow row) {
        ProjectExample example = read(row);
        if (example.input().isBlank() || example.output().isBlank()) {
            String column = example.input().isBlank()
                    ? source.columns().input()
                    : source.columns().output();
            throw new IllegalArgumentException(
                    path + ": line " + row.line() + ": \"" + column + "\" is empty. Fill it in, or take the row out;"
                            + " \"lilla project check\" lists all such rows.");
        }
        return example;
    }

    /// A row with nothing checked: what is missing is empty.
    ProjectExample read(DataRow row) {
        DataSource.ColumnNames names = source.columns();
        return new ProjectExample(
                names.id()
                        .flatMap(row::field)
                        .map(String::strip)
                        .filter(id -> !id.isEmpty())
                        .orElse(Integer.toString(row.line())),
                row.line(),
                row.field(names.input()).orElse(""),
                row.field(names.output()).orElse(""),
                names.context().flatMap(row::field).filter(text -> !text.isBlank()));
    }
}
