package dev.lilla.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Holds a file against the form: every key is known, every value of its kind, nothing that has to be there is missing.
final class FormCheck {
    private final List<Problem> problems = new ArrayList<>();

    /// The problems, in the order of the file.
    static List<Problem> of(YamlNode.Mapping file) {
        FormCheck check = new FormCheck();
        check.section(file, ProjectForm.ROOT, "", file.place());
        return check.problems;
    }

    private void section(YamlNode.Mapping node, FormSection form, String path, Place at) {
        for (Map.Entry<String, YamlNode.Entry> entry : node.entries().entrySet()) {
            String key = joined(path, entry.getKey());
            Optional<FormField> field = form.field(entry.getKey());
            if (field.isPresent()) {
                value(entry.getValue().value(), field.get().kind(), key);
            } else {
                report(entry.getValue().place(), key, "is no known key. " + suggestion(entry.getKey(), form));
            }
        }
        for (FormField field : form.fields()) {
            YamlNode.Entry found = node.entries().get(field.name());
            boolean isMissing = found == null || isNothing(found.value());
            if (field.presence() == FormField.Presence.REQUIRED && isMissing) {
                report(
                        found == null ? at : found.place(),
                        joined(path, field.name()),
                        "is missing, expected " + words(field.kind()));
            }
        }
    }

    private void value(YamlNode node, FieldKind kind, String key) {
        if (isNothing(node)) {
            return; // An empty value is a missing one.
        }
        switch (kind) {
            case FieldKind.Nested(FormSection section) -> {
                if (node instanceof YamlNode.Mapping mapping) {
                    section(mapping, section, key, node.place());
                } else {
                    unexpected(node, kind, key);
                }
            }
            case FieldKind.Several(FieldKind each, int most) -> {
                if (!(node instanceof YamlNode.Items(Place _, List<YamlNode> values))) {
                    value(node, each, key);
                } else if (values.size() > most) {
                    report(node.place(), key, "has " + values.size() + " values, expected at most " + most);
                } else {
                    for (int i = 0; i < values.size(); i++) {
                        element(values.get(i), each, key + "[" + (i + 1) + "]");
                    }
                }
            }
            case FieldKind.Text _,
                    FieldKind.Choice _,
                    FieldKind.WholeNumber _,
                    FieldKind.RealNumber _,
                    FieldKind.Amount _ -> {
                if (node instanceof YamlNode.Scalar scalar) {
                    scalar(scalar, kind, key);
                } else {
                    unexpected(node, kind, key);
                }
            }
        }
    }

    private void element(YamlNode node, FieldKind kind, String key) {
        if (isNothing(node)) {
            report(node.place(), key, "is empty, expected " + words(kind));
        } else {
            value(node, kind, key);
        }
    }

    private void scalar(YamlNode.Scalar scalar, FieldKind kind, String key) {
        boolean isRight = switch (kind) {
            case FieldKind.Text(int most) -> scalar.text().length() <= most;
            case FieldKind.Choice(List<String> choices) -> choices.contains(scalar.text());
            case FieldKind.WholeNumber(long least, long most) -> isWhole(scalar.text(), least, most);
            case FieldKind.RealNumber(double least, double most) -> isNumber(scalar.text(), least, most);
            case FieldKind.Amount(FieldKind.Amount.Unit unit) -> isAmount(scalar.text(), unit);
            case FieldKind.Several _, FieldKind.Nested _ -> false;
        };
        if (!isRight) {
            String nearest = kind instanceof FieldKind.Choice(List<String> choices)
                    ? Spelling.nearest(scalar.text(), choices)
                            .map(word -> ". Is it " + word + "?")
                            .orElse("")
                    : "";
            report(scalar.place(), key, "found " + scalar.kind() + ", expected " + words(kind) + nearest);
        }
    }

    private static boolean isWhole(String text, long least, long most) {
        if (!text.matches("-?\\d{1,18}")) {
            return false;
        }
        long value = Long.parseLong(text);
        return value >= least && value <= most;
    }

    private static boolean isNumber(String text, double least, double most) {
        if (!text.matches("-?\\d{1,15}(\\.\\d{1,15})?")) {
            return false;
        }
        double value = Double.parseDouble(text);
        return value >= least && value <= most;
    }

    private static boolean isAmount(String text, FieldKind.Amount.Unit unit) {
        try {
            return switch (unit) {
                case TIME -> Quantities.duration(text).isPositive();
                case BYTES -> Quantities.bytes(text) > 0;
            };
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isNothing(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar && scalar.type() == YamlNode.Scalar.Type.NOTHING;
    }

    private void unexpected(YamlNode node, FieldKind kind, String key) {
        report(node.place(), key, "found " + node.kind() + ", expected " + words(kind));
    }

    private void report(Place at, String key, String message) {
        problems.add(new Problem(Optional.of(at), key, message));
    }

    private static String joined(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String suggestion(String key, FormSection form) {
        List<String> names = form.fields().stream().map(FormField::name).toList();
        return Spelling.nearest(key, names)
                .map(name -> "Is it " + name + "?")
                .orElse("Known here: " + String.join(", ", names));
    }

    static String words(FieldKind kind) {
        return switch (kind) {
            case FieldKind.Text(int most) when most == 1 -> "a single character";
            case FieldKind.Text(int most) -> "a text of at most " + most + " characters";
            case FieldKind.Choice(List<String> choices) -> "one of " + String.join(", ", choices);
            case FieldKind.WholeNumber(long least, long most) -> "a whole number from " + least + " to " + most;
            case FieldKind.RealNumber(double least, double most) ->
                "a number from " + plain(least) + " to " + plain(most);
            case FieldKind.Amount(FieldKind.Amount.Unit unit) ->
                switch (unit) {
                    case TIME -> "a time with its unit, as 800ms, 2s or 30m";
                    case BYTES -> "an amount with its unit, as 900MB or 8GB";
                };
            case FieldKind.Several(FieldKind each, int _) -> "a list, each " + words(each);
            case FieldKind.Nested(FormSection section) ->
                "a section with "
                        + String.join(
                                ", ",
                                section.fields().stream().map(FormField::name).toList());
        };
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }
}
