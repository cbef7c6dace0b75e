package dev.lilla.model.family;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryEmbedding;
import java.util.Optional;
import java.util.OptionalInt;

/// What a checkpoint says about the model in it.
public sealed interface ModelConfig permits HuggingFaceConfig, GgufConfig {
    /// The file it stands in, for messages.
    String file();

    /// What the file calls its architecture: `model_type`, or `general.architecture`.
    String architecture();

    /// How the checkpoint's tensors are named.
    TensorNaming naming();

    /// The sizes by the keys that most families have.
    Dimensions dimensions();

    /// The rotary embedding of heads of `headDim`, with the scaling the checkpoint asks for.
    RotaryEmbedding rotary(RotaryStyle style, int headDim);

    /// Keys a query sees, where the checkpoint limits them.
    OptionalInt slidingWindow();

    /// Whether the head is the embedding table; empty if the tensors decide.
    Optional<Boolean> isTied();
}
