package dev.lilla.optimize;

import dev.lilla.model.family.LoadOptions;
import java.nio.file.Path;
import java.util.Locale;

/// What to convert, and into what.
///
/// @param source a Hugging Face directory or a GGUF file
/// @param target the GGUF file or the directory to make
/// @param type of the weights; a Hugging Face directory takes `F32`, `F16` and `BF16`
/// @param choices for single tensors of a GGUF
/// @param options what the files do not say about the model
public record ConversionRequest(
        Path source,
        Path target,
        Form form,
        ConversionType type,
        TensorChoices choices,
        LoadOptions options,
        Requantizing requantizing) {
    /// What is written.
    public enum Form {
        GGUF,
        HUGGING_FACE
    }

    /// Whether weights that are quantized already may be quantized again, which loses more than once would.
    public enum Requantizing {
        REFUSED,
        /// Of weights of 8 bits, whose errors are small beside those of fewer bits.
        FROM_EIGHT_BITS,
        ALLOWED
    }

    /// A request whose target decides by its name: `.gguf` is a file, everything else a directory.
    public static ConversionRequest of(Path source, Path target, ConversionType type) {
        boolean isGguf = target.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
        Form form = isGguf ? Form.GGUF : Form.HUGGING_FACE;
        return new ConversionRequest(
                source, target, form, type, TensorChoices.NONE, LoadOptions.DEFAULT, Requantizing.REFUSED);
    }

    public ConversionRequest with(LoadOptions changed) {
        return new ConversionRequest(source, target, form, type, choices, changed, requantizing);
    }

    public ConversionRequest with(Requantizing changed) {
        return new ConversionRequest(source, target, form, type, choices, options, changed);
    }

    public ConversionRequest with(TensorChoices changed) {
        return new ConversionRequest(source, target, form, type, changed, options, requantizing);
    }
}
