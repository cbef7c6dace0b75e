package dev.lilla.template;

/// A piece of a template. Text is the literal text, the name, the operator or, for a string, its value.
record Token(Kind kind, String text, int line, int column) {
    enum Kind {
        DATA("text"),
        VARIABLE_BEGIN("{{"),
        VARIABLE_END("}}"),
        BLOCK_BEGIN("{%"),
        BLOCK_END("%}"),
        NAME("a name"),
        STRING("a string"),
        INTEGER("an integer"),
        REAL("a number"),
        OPERATOR("an operator"),
        END("the end of the template");

        private final String description;

        Kind(String description) {
            this.description = description;
        }

        String description() {
            return description;
        }
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /// How the token is called in an error message.
    String shown() {
        return switch (kind) {
            case NAME, INTEGER, REAL, OPERATOR -> "'" + text + "'";
            case STRING, DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> kind.description();
        };
    }
}
