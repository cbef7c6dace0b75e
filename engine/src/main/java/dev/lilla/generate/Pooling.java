package dev.lilla.generate;

import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.model.LogitRows;
import dev.lilla.model.family.ModelDescription;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// How the hidden states of a text's tokens become one vector.
public enum Pooling {
    /// Their mean.
    MEAN(LogitRows.ALL),
    /// That of the last token, the only one that has seen them all.
    LAST(LogitRows.LAST);

    /// `enum llama_pooling_type` of llama.cpp.
    private static final long GGUF_MEAN = 1;

    private static final long GGUF_LAST = 3;

    private final LogitRows wanted;

    Pooling(LogitRows wanted) {
        this.wanted = wanted;
    }

    /// Which rows it needs of the last chunk of a text.
    LogitRows wanted() {
        return wanted;
    }

    /// The pooling of a label: `mean` or `last`.
    public static Optional<Pooling> of(String label) {
        return switch (label.toLowerCase(Locale.ROOT)) {
            case "mean" -> Optional.of(MEAN);
            case "last" -> Optional.of(LAST);
            default -> Optional.empty();
        };
    }

    /// What the files of a model ask for: GGUF's `pooling_type`, or the module `1_Pooling` of Sentence Transformers.
    ///
    /// @return empty if they say nothing, as those of models that write do, or name a pooling that decoders lack
    public static Optional<Pooling> find(ModelDescription description) {
        Optional<HuggingFaceDirectory> directory = description.directory();
        if (directory.isPresent()) {
            return directory.get().json("1_Pooling/config.json").flatMap(Pooling::ofModule);
        }
        if (description.checkpoint() instanceof Gguf gguf) {
            OptionalLong type = gguf.metadata().findInteger(gguf.metadata().architecture() + ".pooling_type");
            return type.isEmpty() ? Optional.empty() : ofGguf(type.getAsLong());
        }
        return Optional.empty();
    }

    private static Optional<Pooling> ofGguf(long type) {
        if (type == GGUF_MEAN) {
            return Optional.of(MEAN);
        }
        return type == GGUF_LAST ? Optional.of(LAST) : Optional.empty();
    }

    private static Optional<Pooling> ofModule(JsonNode module) {
        if (module.path("pooling_mode_mean_tokens").asBoolean(false)) {
            return Optional.of(MEAN);
        }
        return module.path("pooling_mode_lasttoken").asBoolean(false) ? Optional.of(LAST) : Optional.empty();
    }
}
