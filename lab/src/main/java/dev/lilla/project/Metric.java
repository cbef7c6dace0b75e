package dev.lilla.project;

import java.util.List;

/// What counts as quality, from 0 to 1 in goals.
public enum Metric {
    ACCURACY,
    MACRO_F1,
    MICRO_F1,
    WEIGHTED_F1,
    MCC,
    EXACT_MATCH,
    SQUAD_F1,
    FIELD_F1,
    JSON_VALID,
    BLEU,
    CHRF,
    ROUGE_1,
    ROUGE_2,
    ROUGE_L,
    ROUGE_LSUM,
    EDIT_SIMILARITY;

    /// As a project file has it.
    public String label() {
        return EnumWords.of(this);
    }

    /// Whether it is computed of classes, so that only the task classify has it.
    public boolean isOfClasses() {
        return switch (this) {
            case MACRO_F1, MICRO_F1, WEIGHTED_F1, MCC -> true;
            case ACCURACY,
                    EXACT_MATCH,
                    SQUAD_F1,
                    FIELD_F1,
                    JSON_VALID,
                    BLEU,
                    CHRF,
                    ROUGE_1,
                    ROUGE_2,
                    ROUGE_L,
                    ROUGE_LSUM,
                    EDIT_SIMILARITY -> false;
        };
    }

    public static List<String> labels() {
        return EnumWords.of(Metric.class);
    }
}
