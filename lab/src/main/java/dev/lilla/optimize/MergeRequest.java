package dev.lilla.optimize;

import dev.lilla.model.family.LoadOptions;
import java.nio.file.Path;
import java.util.Optional;

/// Which adapter to merge into which model, and what to write.
///
/// @param base a Hugging Face directory or a GGUF file; it is not changed
/// @param adapter a folder that PEFT wrote, or a GGUF adapter
/// @param target a GGUF file, if its name ends with `.gguf`, or a directory
/// @param type of the weights; empty for that of the base, if it has 8 bits or more
/// @param scale over the adapter's own scaling, mostly 1
/// @param options what the files do not say about the base
public record MergeRequest(
        Path base, Path adapter, Path target, Optional<ConversionType> type, float scale, LoadOptions options) {
    public MergeRequest {
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("the scale of an adapter is a finite number, not " + scale);
        }
    }

    public static MergeRequest of(Path base, Path adapter, Path target) {
        return new MergeRequest(base, adapter, target, Optional.empty(), 1, LoadOptions.DEFAULT);
    }

    public MergeRequest with(ConversionType changed) {
        return new MergeRequest(base, adapter, target, Optional.of(changed), scale, options);
    }

    public MergeRequest withScale(float changed) {
        return new MergeRequest(base, adapter, target, type, changed, options);
    }

    public MergeRequest with(LoadOptions changed) {
        return new MergeRequest(base, adapter, target, type, scale, changed);
    }
}
