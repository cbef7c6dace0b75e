package dev.lilla.model.family;

/// What GGUF makes of a Hugging Face tensor, or of some rows of it.
///
/// @param name as in GGUF; `#` stands for the number of the layer
/// @param rows which rows of the Hugging Face tensor, in order
/// @param added to every element: 1 for the norms of the Gemmas, else 0
public record GgufPart(String name, RowOrder rows, float added) {
    GgufPart forLayer(int layer) {
        return new GgufPart(TensorRule.forLayer(name, layer), rows, added);
    }
}
