package dev.lilla.project;

import java.util.List;

/// What a model is to do.
public enum Task {
    /// A text gets one of some labels.
    CLASSIFY(Metric.MACRO_F1, "Classify the text. Answer with one of: {labels}.\n\n{input}"),
    /// Fields of a text as a JSON object.
    EXTRACT(Metric.FIELD_F1, "Give the fields of this text as one JSON object.\n\n{input}"),
    /// A long text becomes a short one.
    SUMMARIZE(Metric.ROUGE_L, "Summarize this text.\n\n{input}"),
    /// Questions, mostly about a text that comes with them.
    ANSWER(Metric.SQUAD_F1, "{context}\n\n{input}"),
    /// A text is written from facts or instructions.
    GENERATE(Metric.CHRF, "{input}"),
    /// A conversation.
    CHAT(Metric.CHRF, "{input}");

    private final Metric metric;
    private final String prompt;

    Task(Metric metric, String prompt) {
        this.metric = metric;
        this.prompt = prompt;
    }

    /// What quality usually means for it.
    public Metric usualMetric() {
        return metric;
    }

    /// The usual request.
    public String usualPrompt() {
        return prompt;
    }

    /// As a project file has it.
    public String label() {
        return EnumWords.of(this);
    }

    public static List<String> labels() {
        return EnumWords.of(Task.class);
    }

    /// @throws IllegalArgumentException if there is none of that name
    public static Task of(String label) {
        return EnumWords.parse(Task.class, label);
    }
}
