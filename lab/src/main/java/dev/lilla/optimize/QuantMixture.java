package dev.lilla.optimize;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;

/// Which element type each tensor of a GGUF gets: llama.cpp's choices.
///
/// More bits go where errors hurt most: the head, the value projections and `ffn_down` of some layers. Where a
/// row is
/// no whole number of blocks, a type with smaller blocks stands in. Source: `llama_tensor_get_type` in
/// `llama-quant.cpp`.
///
/// @param architecture `general.architecture`
/// @param groups query heads to a K/V head
/// @param head whether the model has a head of its own, or uses the embedding table as one
/// @param isWeighted whether an importance matrix helps, so that some types need less of a guard and others
///     more
record QuantMixture(ConversionType type, String architecture, int layers, int groups, Head head, boolean isWeighted)
        implements TypeChoice {
    /// Without an importance matrix.
    QuantMixture(ConversionType type, String architecture, int layers, int groups, Head head) {
        this(type, architecture, layers, groups, head, false);
    }

    enum Head {
        SEPARATE,
        TIED
    }

    private static final String FALCON = "falcon";
    private static final String LAYER_PREFIX = "blk.";

    @Override
    public ElementType typeOf(String name, Shape shape) {
        if (!name.endsWith("weight") || shape.rank() < 2 || name.contains("_norm.weight")) {
            return ElementType.F32;
        }
        ElementType base = type.elementType();
        return base.isQuantized() ? fitting(quantizedType(name, shape), shape) : base;
    }

    private ElementType quantizedType(String name, Shape shape) {
        ElementType base = type.elementType();
        boolean isHead = name.equals("output.weight") || (head == Head.TIED && name.equals("token_embd.weight"));
        if (isHead) {
            if (isFalcon() || shape.columns() % base.blockElements() != 0 || base == ElementType.Q8_0) {
                return ElementType.Q8_0;
            }
            return ElementType.Q6_K;
        }
        if (!name.startsWith(LAYER_PREFIX)) {
            return base;
        }
        int layer = layerOf(name);
        return switch (name.substring(name.indexOf('.', LAYER_PREFIX.length()) + 1)) {
            case "attn_v.weight" -> valueType(layer);
            case "ffn_down.weight" -> downType(layer);
            case "attn_output.weight" -> attentionOutputType();
            case "attn_qkv.weight" -> fusedType();
            default -> base;
        };
    }

    private ElementType valueType(int layer) {
        return switch (type) {
            case Q2_K -> groups >= 4 ? ElementType.Q4_K : ElementType.Q3_K;
            case Q3_K_M -> layer < 2 ? ElementType.Q5_K : ElementType.Q4_K;
            case Q3_K_L -> ElementType.Q5_K;
            case Q4_K_S -> layer < 4 ? ElementType.Q5_K : ElementType.Q4_K;
            case Q4_K_M, Q5_K_M -> deservesMore(layer) ? ElementType.Q6_K : type.elementType();
            case IQ4_NL, IQ4_XS -> groups >= 4 ? ElementType.Q5_K : type.elementType();
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q3_K_S, Q5_K_S, Q6_K -> type.elementType();
        };
    }

    private ElementType downType(int layer) {
        boolean isEarly = layer < layers / 8;
        boolean isFirst = layer < layers / 16;
        return switch (type) {
            case Q2_K -> ElementType.Q3_K;
            case Q3_K_M -> {
                if (isFirst) {
                    yield ElementType.Q5_K;
                }
                yield !isFalcon() || deservesMore(layer) ? ElementType.Q4_K : ElementType.Q3_K;
            }
            case Q3_K_L -> isFalcon() ? ElementType.Q4_K : ElementType.Q5_K;
            case Q4_K_S -> isEarly && !isFalcon() ? ElementType.Q5_K : ElementType.Q4_K;
            case Q4_K_M -> {
                if (isFalcon() && !isFirst) {
                    yield deservesMore(layer) ? ElementType.Q5_K : ElementType.Q4_K;
                }
                yield isFirst || deservesMore(layer) ? ElementType.Q6_K : ElementType.Q4_K;
            }
            case Q5_K_M -> deservesMore(layer) ? ElementType.Q6_K : ElementType.Q5_K;
            case IQ4_NL, IQ4_XS -> isEarly && !isWeighted ? ElementType.Q5_K : type.elementType();
            case Q4_0 -> isEarly && isWeighted ? ElementType.Q4_1 : ElementType.Q4_0;
            case Q5_0 -> isEarly && isWeighted ? ElementType.Q5_1 : ElementType.Q5_0;
            case F32, F16, BF16, Q8_0, Q4_1, Q5_1, Q3_K_S, Q5_K_S, Q6_K -> type.elementType();
        };
    }

    private ElementType attentionOutputType() {
        return switch (type) {
            case Q2_K -> isFalcon() ? ElementType.Q2_K : ElementType.Q3_K;
            case Q3_K_M -> isFalcon() ? ElementType.Q3_K : ElementType.Q4_K;
            case Q3_K_L -> isFalcon() ? ElementType.Q4_K : ElementType.Q5_K;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> type.elementType();
            case Q3_K_S, Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M, Q6_K, IQ4_NL, IQ4_XS -> type.elementType();
        };
    }

    private ElementType fusedType() {
        return switch (type) {
            case Q3_K_M, Q3_K_L -> ElementType.Q4_K;
            case Q4_K_M -> ElementType.Q5_K;
            case Q5_K_M -> ElementType.Q6_K;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> type.elementType();
            case Q2_K, Q3_K_S, Q4_K_S, Q5_K_S, Q6_K, IQ4_NL, IQ4_XS -> type.elementType();
        };
    }

    /// The first and the last eighth of the layers, and every third between.
    private boolean deservesMore(int layer) {
        return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
    }

    private boolean isFalcon() {
        return architecture.equals(FALCON);
    }

    private static int layerOf(String name) {
        int end = name.indexOf('.', LAYER_PREFIX.length());
        return Integer.parseInt(name, LAYER_PREFIX.length(), end, 10);
    }

    /// The type, or one with smaller blocks that `shape` is a whole number of.
    private static ElementType fitting(ElementType wanted, Shape shape) {
        if (shape.columns() % wanted.blockElements() == 0) {
            return wanted;
        }
        ElementType smaller = switch (wanted) {
            case Q2_K, Q3_K, IQ4_XS -> ElementType.IQ4_NL;
            case Q4_K -> ElementType.Q5_0;
            case Q5_K -> ElementType.Q5_1;
            case Q6_K -> ElementType.Q8_0;
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL -> ElementType.F16;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> wanted;
        };
        return shape.columns() % smaller.blockElements() == 0 ? smaller : ElementType.F16;
    }
}
