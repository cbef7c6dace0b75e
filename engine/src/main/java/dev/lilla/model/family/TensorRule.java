package dev.lilla.model.family;

import dev.lilla.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// One line of a family's table of tensors.
///
/// @param name Lilla's name, which is GGUF's where GGUF has the tensor; `#` stands for the number of the layer
/// @param huggingFace the name in Hugging Face checkpoints, empty for what only GGUF files hold
/// @param shape `[out, in]`, or the length of a vector, the same in both
/// @param gguf what GGUF makes of the Hugging Face tensor, usually the tensor itself
public record TensorRule(
        String name, Optional<String> huggingFace, Shape shape, Presence presence, List<GgufPart> gguf) {
    /// The shape of what is checked elsewhere.
    static final Shape ANY = Shape.of();

    private static final String LAYER = "#";

    /// Whether a checkpoint can do without it.
    public enum Presence {
        REQUIRED,
        OPTIONAL,
        /// The head, for which the embedding table stands in.
        TIED
    }

    public TensorRule {
        gguf = List.copyOf(gguf);
    }

    static TensorRule required(String name, String huggingFace, long... shape) {
        return of(name, Optional.of(huggingFace), Presence.REQUIRED, shape);
    }

    static TensorRule optional(String name, String huggingFace, long... shape) {
        return of(name, Optional.of(huggingFace), Presence.OPTIONAL, shape);
    }

    static TensorRule tied(String name, String huggingFace, long... shape) {
        return of(name, Optional.of(huggingFace), Presence.TIED, shape);
    }

    /// A tensor that GGUF files may hold and others never do; who reads it checks its shape.
    static TensorRule onlyInGguf(String name) {
        return new TensorRule(name, Optional.empty(), ANY, Presence.OPTIONAL, List.of());
    }

    private static TensorRule of(String name, Optional<String> huggingFace, Presence presence, long... shape) {
        GgufPart same = new GgufPart(name, RowOrder.range(0, Math.toIntExact(shape[0])), 0);
        return new TensorRule(name, huggingFace, Shape.of(shape), presence, List.of(same));
    }

    /// The rule for heads of queries or keys, whose elements GGUF architecture `llama` interleaves.
    TensorRule interleavedInGguf(int heads) {
        int headDim = Math.toIntExact(shape.dimension(0)) / heads;
        return inGguf(new GgufPart(name, RowOrder.interleaved(heads, headDim, headDim), 0));
    }

    /// The rule for norms that GGUF stores with 1 added, as they multiply.
    TensorRule plusOneInGguf() {
        return inGguf(new GgufPart(name, gguf.getFirst().rows(), 1));
    }

    TensorRule inGguf(GgufPart... parts) {
        return new TensorRule(name, huggingFace, shape, presence, List.of(parts));
    }

    boolean isPerLayer() {
        return name.contains(LAYER);
    }

    /// Added to every element of the Hugging Face tensor to get the form that multiplies.
    public float added() {
        return gguf.isEmpty() ? 0 : gguf.getFirst().added();
    }

    TensorRule forLayer(int layer) {
        return new TensorRule(
                forLayer(name, layer),
                huggingFace.map(pattern -> forLayer(pattern, layer)),
                shape,
                presence,
                gguf.stream().map(part -> part.forLayer(layer)).toList());
    }

    static String forLayer(String pattern, int layer) {
        return pattern.replace(LAYER, Integer.toString(layer));
    }
}
