package dev.lilla.project;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// Writes a project file with a comment for every field; fields without a value stand there commented out, with what is
/// taken instead.
public final class ProjectTemplate {
    private static final int WIDTH = 100;

    private final Map<String, String> values;
    private final Tongue tongue;
    private final StringBuilder out = new StringBuilder();

    private ProjectTemplate(Map<String, String> values, Tongue tongue) {
        this.values = values;
        this.tongue = tongue;
    }

    /// @param values by path, as `goal.task`, each as YAML; see [#quoted]
    public static String write(Map<String, String> values, Tongue tongue) {
        ProjectTemplate template = new ProjectTemplate(values, tongue);
        template.comment("", ProjectForm.ROOT.about().in(tongue));
        template.fields(ProjectForm.ROOT, "", "");
        return template.out.toString();
    }

    /// A text as YAML: as it is where that is safe, in quotes otherwise.
    public static String quoted(String text) {
        boolean isSafe = text.matches("[\\p{L}_./][\\p{L}\\p{N}_./ -]*")
                && !text.endsWith(" ")
                && !text.toLowerCase(Locale.ROOT).matches("true|false|yes|no|on|off|null|y|n|\\.inf|\\.nan");
        return isSafe ? text : JsonMapper.shared().writeValueAsString(text);
    }

    /// A list as YAML, on one line.
    public static String list(List<String> texts) {
        return texts.stream().map(ProjectTemplate::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private void fields(FormSection section, String path, String indent) {
        for (FormField field : section.fields()) {
            String key = path.isEmpty() ? field.name() : path + "." + field.name();
            if (field.kind() instanceof FieldKind.Nested(FormSection nested)) {
                out.append(indent.isEmpty() ? "\n" : "");
                comment(indent, field.about().in(tongue));
                boolean isEmpty = values.keySet().stream().noneMatch(name -> name.startsWith(key + "."));
                if (isEmpty) {
                    out.append(indent).append("# ").append(field.name()).append(":\n");
                    commentedOut(nested, indent);
                } else {
                    out.append(indent).append(field.name()).append(":\n");
                    fields(nested, key, indent + "  ");
                }
            } else {
                comment(indent, about(field));
                Optional<String> value = Optional.ofNullable(values.get(key));
                out.append(indent).append(value.isPresent() ? "" : "# ").append(field.name());
                out.append(value.or(field::usual).map(text -> ": " + text).orElse(":"));
                out.append('\n');
            }
        }
    }

    /// A section that has no values: all of it in comments, so that its key does not stand alone.
    private void commentedOut(FormSection section, String indent) {
        for (FormField field : section.fields()) {
            if (field.kind() instanceof FieldKind.Nested(FormSection nested)) {
                comment(indent + "#   ", field.about().in(tongue));
                out.append(indent).append("#   ").append(field.name()).append(":\n");
                for (FormField inner : nested.fields()) {
                    comment(indent + "#     ", inner.about().in(tongue));
                    line(indent + "#     ", inner);
                }
            } else {
                comment(indent + "#   ", about(field));
                line(indent + "#   ", field);
            }
        }
    }

    private void line(String indent, FormField field) {
        out.append(indent).append(field.name());
        out.append(field.usual().map(usual -> ": " + usual).orElse(":")).append('\n');
    }

    /// What a field is, with its words where those are not told already.
    private String about(FormField field) {
        String about = field.about().in(tongue);
        FieldKind kind = field.kind() instanceof FieldKind.Several(FieldKind each, int _) ? each : field.kind();
        if (kind instanceof FieldKind.Choice(List<String> words) && !about.contains(words.getFirst())) {
            return about + " " + new Wording("One of: ", "Ett av: ").in(tongue) + String.join(", ", words) + ".";
        }
        return about;
    }

    private void comment(String indent, String text) {
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + word.length() + indent.length() > WIDTH) {
                out.append(indent).append("# ").append(line).append('\n');
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        out.append(indent).append("# ").append(line).append('\n');
    }
}
