package dev.lilla.project;

import dev.lilla.optimize.ConversionType;
import java.time.Duration;
import java.util.List;

/// What a search for a better variant may try.
public record Optimization(List<ConversionType> types, List<Pruning> pruning, Tuning tuning, Duration budget) {
    public Optimization {
        types = List.copyOf(types);
        pruning = List.copyOf(pruning);
    }

    /// What may be cut out.
    public enum Pruning {
        LAYERS,
        HEADS,
        WIDTH;

        static List<String> labels() {
            return EnumWords.of(Pruning.class);
        }
    }

    /// How a model is tuned on the training data.
    public enum Tuning {
        NONE,
        LORA;

        static List<String> labels() {
            return EnumWords.of(Tuning.class);
        }
    }
}
