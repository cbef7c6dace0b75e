package dev.lilla.optimize;

import dev.lilla.store.ModelShape;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;

/// What each matrix of a model of random weights is stored as. Vectors are f32 always.
@FunctionalInterface
public interface WeightTypes {
    /// @param name as in GGUF
    /// @param shape `[out, in]`
    /// @param head whether the matrix gives the logits, also as the embedding table of a tied model
    ElementType of(String name, Shape shape, Head head);

    /// What a matrix is there for.
    enum Head {
        HEAD,
        OTHER
    }

    /// One type for all; rows that are no whole number of its blocks fall back as in llama.cpp.
    static WeightTypes of(ElementType type) {
        return of(type, type);
    }

    /// One for the matrices of the layers and the embedding, another for the head.
    static WeightTypes of(ElementType matrices, ElementType head) {
        return (_, shape, part) -> ModelShape.storedAs(part == Head.HEAD ? head : matrices, shape.columns());
    }

    /// Those that a conversion of a model of this shape chooses.
    static WeightTypes of(ConversionType type, ModelShape shape) {
        QuantMixture mixture = new QuantMixture(
                type,
                shape.family(),
                shape.layers(),
                shape.heads() / shape.kvHeads(),
                shape.tied() ? QuantMixture.Head.TIED : QuantMixture.Head.SEPARATE);
        return (name, matrix, _) -> mixture.typeOf(name, matrix);
    }
}
