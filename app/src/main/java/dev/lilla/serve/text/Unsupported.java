package dev.lilla.serve.text;

import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;

/// Words refusals of what would change an answer and cannot be done: an answer that ignores it would be a wrong one.
public final class Unsupported {
    private Unsupported() {}

    /// The refusal of a field.
    public static HttpFailure field(JsonFields fields, String field) {
        return because(fields, field, "is not supported; leave it out");
    }

    /// @param reason goes on after the field's name
    public static HttpFailure because(JsonFields fields, String field, String reason) {
        return fields.invalid(field, reason).withCode("unsupported_parameter");
    }
}
