package dev.lilla.model.family;

import dev.lilla.model.DecoderSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A family of models: how its configuration and its tensors become the description of a decoder, and how one talks
/// with it. No program: the decoder is one for all.
public sealed interface Family
        permits Llama, Mistral, Gemma, Qwen, Qwen2, Falcon, Geb, ChatGlm3, Qwen3, Gemma2, Gemma3, Phi3, SmolLm3 {
    /// The name that users see.
    String name();

    /// What config.json calls it: values of `model_type`, or the class in `architectures` where that is missing.
    List<String> modelTypes();

    /// What GGUF calls it: values of `general.architecture`, the one to write first; empty if GGUF has none and its
    /// models are written as Llamas.
    List<String> ggufArchitectures();

    /// `general.architecture` of a GGUF of a model of this family.
    default String writtenAs() {
        return ggufArchitectures().isEmpty() ? "llama" : ggufArchitectures().getFirst();
    }

    /// The options that mean something to this family, besides the context length.
    default Set<LoadOptions.Name> options() {
        return Set.of();
    }

    /// The sizes in a configuration.
    ///
    /// @throws dev.lilla.format.ModelFormatException if a value is missing, of a wrong type or out of range
    Dimensions dimensions(ModelConfig config);

    /// The description of the decoder.
    ///
    /// @throws dev.lilla.format.ModelFormatException if configuration and tensors contradict each other
    /// @throws dev.lilla.format.UnsupportedModelException if the configuration asks for what Lilla lacks
    DecoderSpec spec(ModelSource source);

    /// The tensors, `#` standing for the number of the layer.
    List<TensorRule> tensors(Dimensions dimensions, LoadOptions options);

    /// Endings of the names of tensors that checkpoints hold and nobody needs; one that ends with a dot is a
    /// beginning.
    default List<String> ignoredTensors() {
        return List.of("rotary_emb.inv_freq");
    }

    /// The name in [#tensors] of what a Hugging Face checkpoint calls `found`.
    default String huggingFaceName(String found) {
        return found;
    }

    ChatDefaults chat();

    /// The options that this family would ignore.
    default List<LoadOptions.Name> refused(LoadOptions given) {
        return Stream.of(LoadOptions.Name.values())
                .filter(name -> given.given().contains(name))
                .filter(name ->
                        name != LoadOptions.Name.CONTEXT_LENGTH && !options().contains(name))
                .toList();
    }
}
