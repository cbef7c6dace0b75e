package dev.lilla.serve.text;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes a call out of a text while it is written: `{"name":"…","arguments":{…}}`, or the arguments alone where
/// only one tool can be called. Owned by the thread that answers.
public final class ToolCallReader {
    /// A name needs no escapes.
    private static final Pattern HEAD =
            Pattern.compile("\\s*\\{\\s*\"name\"\\s*:\\s*\"([^\"]*)\"\\s*,\\s*\"arguments\"\\s*:");

    private final String id = "call_" + UUID.randomUUID().toString().replace("-", "");
    private final StringBuilder head = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private String name;
    private int depth;
    private boolean isInString;
    private boolean isEscaped;
    private boolean isEnded;

    /// @param name of the only tool; empty if the text says which
    ToolCallReader(String name) {
        this.name = name;
    }

    /// For a text that calls nothing.
    public static ToolCallReader none() {
        return new ToolCallReader("");
    }

    /// What the result of the call is sent back under.
    public String id() {
        return id;
    }

    /// The tool; empty until the text has said which.
    public String name() {
        return name;
    }

    /// The arguments so far, JSON once the text has ended.
    public String arguments() {
        return arguments.toString();
    }

    /// Takes the next piece of the text.
    ///
    /// @return what it adds to the arguments
    public String add(String piece) {
        String text = piece;
        if (name.isEmpty()) {
            head.append(piece);
            Matcher matcher = HEAD.matcher(head);
            if (!matcher.lookingAt()) {
                return "";
            }
            name = matcher.group(1);
            text = head.substring(matcher.end());
        }
        StringBuilder added = new StringBuilder();
        for (int i = 0; i < text.length() && !isEnded; i++) {
            take(text.charAt(i), added);
        }
        arguments.append(added);
        return added.toString();
    }

    private void take(char c, StringBuilder added) {
        if (depth == 0 && c != '{') {
            return;
        }
        added.append(c);
        if (isInString) {
            isInString = isEscaped || c != '"';
            isEscaped = !isEscaped && c == '\\';
            return;
        }
        switch (c) {
            case '"' -> isInString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> isEnded = --depth == 0;
            default -> {}
        }
    }
}
