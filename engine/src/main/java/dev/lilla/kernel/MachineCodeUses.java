package dev.lilla.kernel;

import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.Prefetch;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Which machine code serves which operation and element type.
///
/// @param training what multiplies in training with [Precision#BF16]
record MachineCodeUses(Isa isa, ByteDots dots, Prefetch prefetch, PromptRounding rounding, MatrixUnit training) {
    List<KernelUse> all() {
        List<KernelUse> uses = new ArrayList<>();
        for (PanelLayout layout : PanelLayout.values()) {
            uses.add(new KernelUse("products with " + types(layout), panels(layout) + ", " + arithmetic(layout)));
        }
        uses.add(new KernelUse("weights that stream by", prefetch.toString()));
        if (isa == Isa.AMX && rounding == PromptRounding.WHERE_FASTER) {
            uses.add(new KernelUse(
                    "products with 32 rows and more",
                    "the same panels, unpacked to bf16 tiles, bf16 activations, AMX"));
        }
        uses.add(new KernelUse("products of training in f32", "f32, " + vectors()));
        uses.add(new KernelUse("products of training in bf16", trained()));
        uses.add(new KernelUse("attention", "caches of f32, f16 and q8_0, f32 arithmetic, " + vectors()));
        if (isa == Isa.AMX && rounding == PromptRounding.WHERE_FASTER) {
            uses.add(new KernelUse(
                    "attention of prompts", "the same caches; blocks that all rows see whole in bf16 tiles, AMX"));
        }
        uses.add(new KernelUse("norms, rotation, gates, activations", "f32, " + vectors()));
        return List.copyOf(uses);
    }

    private static String types(PanelLayout layout) {
        return Arrays.stream(ElementType.values())
                .filter(ElementType::isReal)
                .filter(type -> PanelPacker.layout(type) == layout)
                .map(ElementType::name)
                .collect(Collectors.joining(", "));
    }

    private static String panels(PanelLayout layout) {
        return switch (layout) {
            case TWO_BIT_SUPER_16 -> "2 bits in panels";
            case NIBBLES, LEVELS, NIBBLE_AFFINE, NIBBLE_SUPER, NIBBLE_SUPER_16, LEVEL_SUPER_16 -> "nibbles in panels";
            case FIVE_BITS, FIVE_BIT_AFFINE, FIVE_BIT_SUPER -> "5 bits in panels";
            case SIX_BIT_SUPER_16 -> "6 bits in panels";
            case BYTES -> "bytes in panels";
            case F32, F16, BF16 -> "panels as stored";
        };
    }

    private String arithmetic(PanelLayout layout) {
        if (layout.encoding() != RowEncoding.BYTES) {
            return "f32 activations, " + vectors();
        }
        String instructions = isa.hasMasks()
                ? "AVX-512 VNNI"
                : switch (dots) {
                    case MULTIPLY_ADD -> "AVX2";
                    case AVX_VNNI -> "AVX-VNNI";
                    case AVX512_VNNI -> "VNNI of 256 bits";
                };
        return "8-bit activations, " + instructions;
    }

    private String trained() {
        return switch (training) {
            case F32_VECTORS -> "f32, " + vectors();
            case BF16_VECTORS -> "pairs of bf16, AVX-512 BF16";
            case BF16_TILES -> "bf16 tiles, AMX";
        };
    }

    private String vectors() {
        return isa.hasMasks() ? "AVX-512" : "AVX2";
    }
}
