package dev.lilla.project;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The form of a project file as a JSON Schema (draft 2020-12), for editors that complete and check while one types.
public final class ProjectSchema {
    /// What amounts look like; that their numbers are in range is left to the reader.
    private static final String AMOUNT = "^[0-9]+(\\.[0-9]+)? ?";

    private ProjectSchema() {}

    /// The schema.
    ///
    /// @param tongue of the descriptions
    public static ObjectNode json(Tongue tongue) {
        ObjectNode schema = JsonMapper.shared().createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", Project.FILE_NAME);
        section(schema, ProjectForm.ROOT, tongue);
        return schema;
    }

    private static void section(ObjectNode schema, FormSection section, Tongue tongue) {
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        List<String> required = section.fields().stream()
                .filter(field -> field.presence() == FormField.Presence.REQUIRED)
                .map(FormField::name)
                .toList();
        for (FormField field : section.fields()) {
            ObjectNode property = properties.putObject(field.name());
            property.put("description", about(field, tongue));
            if (required.contains(field.name())) {
                value(property, field.kind(), tongue);
            } else {
                // A key without a value is a missing one.
                ArrayNode choices = property.putArray("anyOf");
                value(choices.addObject(), field.kind(), tongue);
                choices.addObject().put("type", "null");
            }
        }
        if (!required.isEmpty()) {
            required.forEach(schema.putArray("required")::add);
        }
    }

    private static String about(FormField field, Tongue tongue) {
        return field.about().in(tongue)
                + field.usual().map(usual -> " [" + usual + "]").orElse("");
    }

    private static void value(ObjectNode schema, FieldKind kind, Tongue tongue) {
        switch (kind) {
            case FieldKind.Text(int most) -> {
                // YAML takes a bare 1 or true for something else than text.
                schema.putArray("type").add("string").add("number").add("boolean");
                schema.put("maxLength", most);
            }
            case FieldKind.Choice(List<String> words) -> words.forEach(schema.putArray("enum")::add);
            case FieldKind.WholeNumber(long least, long most) ->
                schema.put("type", "integer").put("minimum", least).put("maximum", most);
            case FieldKind.RealNumber(double least, double most) ->
                schema.put("type", "number").put("minimum", least).put("maximum", most);
            case FieldKind.Amount(FieldKind.Amount.Unit unit) ->
                schema.put("type", "string")
                        .put(
                                "pattern",
                                AMOUNT
                                        + switch (unit) {
                                            case TIME -> "(ms|s|sec|m|min|h|d)$";
                                            case BYTES -> "([kKmMgGtT][iI]?)?[bB]$";
                                        });
            case FieldKind.Several(FieldKind each, int most) -> {
                ArrayNode choices = schema.putArray("anyOf");
                value(choices.addObject(), each, tongue);
                ObjectNode list = choices.addObject().put("type", "array").put("maxItems", most);
                value(list.putObject("items"), each, tongue);
            }
            case FieldKind.Nested(FormSection section) -> section(schema, section, tongue);
        }
    }
}
