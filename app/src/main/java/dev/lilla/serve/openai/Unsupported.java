package dev.lilla.serve.openai;

import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Refuses what would change an answer and cannot be done yet: an answer that ignores it would be a wrong one.
final class Unsupported {
    private static final Set<String> FREE_FORMATS = Set.of("text");

    private Unsupported() {}

    /// @throws HttpFailure 400 naming the field
    static void refuse(JsonFields fields) {
        fields.object("response_format").ifPresent(format -> {
            String type = format.requiredText("type");
            if (!FREE_FORMATS.contains(type)) {
                throw unsupported(fields, "response_format", "of type " + type);
            }
        });
        fields.any("grammar").filter(value -> !isEmpty(value)).ifPresent(_ -> refuse(fields, "grammar"));
        fields.any("json_schema").ifPresent(_ -> refuse(fields, "json_schema"));
    }

    private static boolean isEmpty(JsonNode value) {
        return (value.isString() && value.stringValue().isEmpty()) || (value.isArray() && value.isEmpty());
    }

    private static void refuse(JsonFields fields, String field) {
        throw unsupported(fields, field, "");
    }

    static HttpFailure unsupported(JsonFields fields, String field, String which) {
        String what = which.isEmpty() ? "is not supported yet" : which + " is not supported yet";
        return fields.invalid(field, what + "; leave it out").withCode("unsupported_parameter");
    }
}
