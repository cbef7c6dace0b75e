package dev.lilla.model.family;

/// What a checkpoint says about the model in it.
public sealed interface ModelConfig permits HuggingFaceConfig {
    /// The file it stands in, for messages.
    String file();

    /// What the file calls its architecture: `model_type`, or `general.architecture`.
    String architecture();

    /// How the checkpoint's tensors are named.
    TensorNaming naming();

    /// The sizes by the keys that most families have.
    Dimensions dimensions();
}
