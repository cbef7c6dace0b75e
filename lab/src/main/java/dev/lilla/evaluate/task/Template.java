package dev.lilla.evaluate.task;

import dev.lilla.template.ChatTemplate;
import dev.lilla.template.TemplateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A text with places for the fields of a row: Jinja, `{{column}}`.
public final class Template {
    private static final Pattern LONE_FIELD = Pattern.compile("\\s*\\{\\{\\s*(\\w+)\\s*}}\\s*");

    private final String source;
    private final ChatTemplate parsed;
    private final Optional<String> loneField;

    private Template(String source) {
        this.source = source;
        this.parsed = ChatTemplate.parse(source);
        Matcher matcher = LONE_FIELD.matcher(source);
        this.loneField = matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /// @param name of the key in the task file, for messages
    /// @throws IllegalArgumentException if it is no template
    public static Template of(String source, String name) {
        try {
            return new Template(source);
        } catch (TemplateException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    public String source() {
        return source;
    }

    /// The column that is all of the template.
    Optional<String> loneField() {
        return loneField;
    }

    /// A field that is all of the template is taken as it is, lists and objects as JSON.
    String text(ObjectNode row) {
        JsonNode field = loneField.map(row::path).orElse(JsonMapper.shared().missingNode());
        return field.isString() ? field.stringValue() : field.isContainer() ? field.toString() : parsed.render(row);
    }

    /// The text, or each text of the list that the template's only field holds.
    List<String> texts(ObjectNode row) {
        if (loneField.isPresent()) {
            JsonNode value = row.path(loneField.get());
            JsonNode list =
                    value.isString() && value.stringValue().startsWith("[") ? parse(value.stringValue()) : value;
            if (list.isArray()) {
                List<String> texts = new ArrayList<>();
                list.forEach(member -> texts.add(member.asString()));
                return texts;
            }
        }
        return List.of(text(row));
    }

    private static JsonNode parse(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            return JsonMapper.shared().nullNode();
        }
    }
}
