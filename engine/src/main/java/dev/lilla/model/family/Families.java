package dev.lilla.model.family;

import dev.lilla.format.UnsupportedModelException;
import java.util.List;
import java.util.stream.Collectors;

/// Every family Lilla knows.
public final class Families {
    /// In the order in which they are listed to users.
    public static final List<Family> ALL = List.of(
            new Llama(),
            new Mistral(),
            new Gemma(),
            new Qwen(),
            new Qwen2(),
            new Falcon(),
            new Geb(),
            new ChatGlm3(),
            new Qwen3(),
            new Gemma2(),
            new Gemma3(),
            new Phi3(),
            new SmolLm3());

    private Families() {}

    /// The family of a checkpoint.
    ///
    /// @throws UnsupportedModelException if there is none
    public static Family of(ModelConfig config) {
        String architecture = config.architecture();
        return ALL.stream()
                .filter(family -> names(family, config.naming()).contains(architecture))
                .findFirst()
                .orElseThrow(() -> new UnsupportedModelException(config.file() + ": models of architecture "
                        + architecture + " are not supported yet. Supported: " + listed(config.naming()) + "."));
    }

    private static List<String> names(Family family, TensorNaming naming) {
        return switch (naming) {
            case GGUF -> family.ggufArchitectures();
            case HUGGING_FACE -> family.modelTypes();
        };
    }

    private static String listed(TensorNaming naming) {
        return ALL.stream()
                .flatMap(family -> names(family, naming).stream())
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
