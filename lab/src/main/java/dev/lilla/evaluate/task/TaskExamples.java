package dev.lilla.evaluate.task;

import dev.lilla.chat.Message;
import dev.lilla.data.DataFile;
import dev.lilla.data.DataRow;
import dev.lilla.template.TemplateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The examples that a task makes of rows.
public final class TaskExamples {
    private final Task task;
    private final PromptForm.Layout layout;
    private final List<Shot> shots = new ArrayList<>();

    private record Shot(String question, String answer) {}

    private TaskExamples(Task task, PromptForm.Layout layout) {
        this.task = task;
        this.layout = layout;
    }

    /// Reads a task's rows, in order.
    ///
    /// @param hasChat whether the model has a chat template
    /// @param limit the most examples
    /// @throws IllegalArgumentException if a row lacks what the task needs; the message names file, line and column
    public static List<Example> read(Task task, boolean hasChat, int limit) {
        PromptForm.Layout layout = switch (task.prompt().layout()) {
            case MODEL -> hasChat ? PromptForm.Layout.CHAT : PromptForm.Layout.TEXT;
            case CHAT -> PromptForm.Layout.CHAT;
            case TEXT -> PromptForm.Layout.TEXT;
        };
        Path file = task.rows()
                .test()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the task '" + task.name() + "' names no data. Give a file with --data."));
        TaskExamples examples = new TaskExamples(task, layout);
        examples.readShots();
        return examples.readTest(file, limit);
    }

    private void readShots() {
        int count = task.rows().shots();
        if (count == 0) {
            return;
        }
        Path file = task.rows()
                .shotRows()
                .orElseThrow(() -> new IllegalArgumentException("the task '" + task.name() + "' is to show " + count
                        + " examples, and names no rows to take them from."));
        DataFile.of(file, Optional.empty()).forEach(row -> {
            RowReader reader = new RowReader(file, row, task.rows().columns());
            shots.add(new Shot(reader.text(task.prompt().question(), "prompt"), shown(reader)));
            return shots.size() < count;
        });
        if (shots.size() < count) {
            throw new IllegalArgumentException(
                    file + ": has " + shots.size() + " rows, and " + count + " are to be shown as examples.");
        }
    }

    /// What would have been the answer to a row that is shown.
    private String shown(RowReader row) {
        return switch (task.kind()) {
            case TaskKind.Writing writing -> row.filled(writing.expected()).getFirst();
            case TaskKind.Classification classes -> row.label(classes);
            case TaskKind.Choice choice -> {
                List<String> choices = row.choices(choice);
                yield choices.get(row.right(choice, choices));
            }
            case TaskKind.Continuation continuation -> row.text(continuation.expected(), "expected");
            case TaskKind.WholeText _ -> throw new IllegalArgumentException("whole texts need no examples before them");
        };
    }

    private List<Example> readTest(Path file, int limit) {
        List<Example> examples = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        DataFile.of(file, Optional.empty()).forEach(row -> {
            RowReader reader = new RowReader(file, row, task.rows().columns());
            Example example = example(reader);
            Integer before = lines.putIfAbsent(example.id(), row.line());
            if (before != null) {
                throw new IllegalArgumentException(file + ": line " + row.line() + ", column '"
                        + task.rows().idColumn().orElse("id") + "': '" + example.id() + "' is the id of line " + before
                        + " already. Each example needs one of its own.");
            }
            examples.add(example);
            return examples.size() < limit;
        });
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(file + ": holds no rows.");
        }
        return examples;
    }

    private Example example(RowReader row) {
        String id = row.id(task.rows().idColumn());
        return switch (task.kind()) {
            case TaskKind.Writing writing -> new Example.Written(id, prompt(row), row.filled(writing.expected()));
            case TaskKind.Classification classes -> {
                String label = row.label(classes);
                yield switch (classes.method()) {
                    case WRITTEN -> new Example.Written(id, prompt(row), List.of(label));
                    case LIKELIHOOD ->
                        new Example.Chosen(
                                id,
                                prompt(row),
                                classes.labels(),
                                delimiter(),
                                classes.labels().indexOf(label));
                };
            }
            case TaskKind.Choice choice -> {
                List<String> choices = row.choices(choice);
                yield new Example.Chosen(id, prompt(row), choices, delimiter(), row.right(choice, choices));
            }
            case TaskKind.Continuation continuation ->
                new Example.Chosen(
                        id, prompt(row), List.of(row.text(continuation.expected(), "expected")), delimiter(), 0);
            case TaskKind.WholeText whole ->
                new Example.Whole(id, row.filled(whole.text()).getFirst());
        };
    }

    private String delimiter() {
        return layout == PromptForm.Layout.CHAT ? "" : task.prompt().answerDelimiter();
    }

    private Prompt prompt(RowReader row) {
        PromptForm form = task.prompt();
        String question = row.text(form.question(), "prompt");
        if (layout == PromptForm.Layout.CHAT) {
            List<Message> messages = new ArrayList<>();
            form.system().ifPresent(system -> messages.add(Message.system(row.text(system, "system"))));
            for (Shot shot : shots) {
                messages.add(Message.user(shot.question()));
                messages.add(Message.assistant(shot.answer()));
            }
            messages.add(Message.user(question));
            return new Prompt.Chat(messages);
        }
        StringBuilder text = new StringBuilder();
        form.system()
                .ifPresent(system -> text.append(row.text(system, "system")).append(form.shotDelimiter()));
        for (Shot shot : shots) {
            text.append(shot.question())
                    .append(form.answerDelimiter())
                    .append(shot.answer())
                    .append(form.shotDelimiter());
        }
        return new Prompt.Text(text.append(question).toString());
    }

    /// One row, with messages that say where it stands.
    private record RowReader(Path file, DataRow row, ObjectNode fields) {
        /// @param columns what a field of the task is called in the file
        RowReader(Path file, DataRow row, Map<String, String> columns) {
            this(file, row, JsonMapper.shared().createObjectNode());
            row.fields().forEach((name, value) -> fields.set(name, typed(value)));
            columns.forEach((field, column) ->
                    fields.set(field, typed(row.field(column).orElseThrow(() -> missing(column)))));
        }

        /// What is nested in a line of JSON, as it was there.
        private static JsonNode typed(String value) {
            if (value.startsWith("[") || value.startsWith("{")) {
                try {
                    return JsonMapper.shared().readTree(value);
                } catch (JacksonException e) {
                    return JsonMapper.shared().valueToTree(value);
                }
            }
            return JsonMapper.shared().valueToTree(value);
        }

        String id(Optional<String> column) {
            if (column.isEmpty()) {
                return "line " + row.line();
            }
            if (!fields.has(column.get())) {
                throw missing(column.get());
            }
            String id = fields.path(column.get()).asString();
            if (id.isBlank()) {
                throw wrong(column.get(), "is empty, expected the example's id");
            }
            return id;
        }

        String text(Template template, String key) {
            template.loneField().filter(column -> !fields.has(column)).ifPresent(column -> {
                throw missing(column);
            });
            try {
                return template.text(fields);
            } catch (TemplateException e) {
                throw new IllegalArgumentException(
                        file + ": line " + row.line() + ": the task's '" + key + "': " + e.getMessage(), e);
            }
        }

        /// Texts of which none may be empty.
        List<String> filled(Template template) {
            String first = text(template, "expected");
            List<String> texts = template.texts(fields);
            if (texts.isEmpty() || texts.stream().allMatch(String::isBlank) || first.isBlank()) {
                throw wrong(template.loneField().orElse(template.source()), "is empty, expected what is right");
            }
            return texts;
        }

        String label(TaskKind.Classification classes) {
            String label = text(classes.expected(), "expected").strip();
            String column =
                    classes.expected().loneField().orElse(classes.expected().source());
            if (label.isEmpty()) {
                throw wrong(column, "is empty, expected one of the labels " + classes.labels());
            }
            if (!classes.labels().contains(label)) {
                throw wrong(column, "is '" + label + "', which is none of the labels " + classes.labels());
            }
            return label;
        }

        List<String> choices(TaskKind.Choice kind) {
            text(kind.choices(), "choices");
            List<String> choices = kind.choices().texts(fields);
            if (choices.size() < 2) {
                throw wrong(
                        kind.choices().loneField().orElse(kind.choices().source()),
                        "holds " + choices.size() + " choice, expected a list of two or more");
            }
            return choices;
        }

        int right(TaskKind.Choice kind, List<String> choices) {
            String expected = text(kind.expected(), "expected").strip();
            int index = choices.indexOf(expected);
            if (index < 0 && expected.matches("\\d{1,4}")) {
                index = Integer.parseInt(expected);
            }
            if (index < 0 || index >= choices.size()) {
                throw wrong(
                        kind.expected().loneField().orElse(kind.expected().source()),
                        "is '" + expected + "', expected the index (from 0) or the text of one of " + choices);
            }
            return index;
        }

        private IllegalArgumentException missing(String column) {
            return new IllegalArgumentException(
                    file + ": line " + row.line() + ": has no column '" + column + "', which the task asks for; it has "
                            + row.fields().keySet() + ". Correct the task, or map the column with --columns "
                            + column + "=NAME.");
        }

        private IllegalArgumentException wrong(String column, String what) {
            return new IllegalArgumentException(
                    file + ": line " + row.line() + ", column '" + column + "': " + what + ".");
        }
    }
}
