package dev.lilla.train;

import dev.lilla.kernel.Precision;
import dev.lilla.model.family.LoadOptions;
import java.nio.file.Path;
import java.util.Optional;

/// What to train on what, and where to.
///
/// @param model a Hugging Face directory; for an adapter also a GGUF file
/// @param out folder of the run: checkpoints, log, report and the result
/// @param lora the adapter to train; empty to train the whole model
public record TrainingRequest(
        Path model,
        LoadOptions load,
        Examples examples,
        Path out,
        Optional<LoraOptions> lora,
        TrainingOptions options,
        Computing computing) {
    public TrainingRequest {
        if (lora.isPresent() && options.optimizer().muon().isPresent()) {
            throw new IllegalArgumentException("Muon steps by whole matrices, an adapter has none: train an adapter"
                    + " with AdamW (--optimizer adamw), or all weights without --lora");
        }
    }

    /// Where examples come from.
    ///
    /// @param validation a file of its own, if there is one
    /// @param validationPart part of the examples set aside where there is none; 0 for no validation
    public record Examples(
            Path train, Optional<Path> validation, double validationPart, Columns columns, EncodingOptions encoding) {}

    /// How to compute.
    ///
    /// @param recomputes whether to compute the insides of layers twice instead of keeping them
    public record Computing(Precision precision, boolean recomputes) {}
}
