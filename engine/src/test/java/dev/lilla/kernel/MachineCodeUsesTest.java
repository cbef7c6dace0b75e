package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.Prefetch;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineCodeUsesTest {
    private static List<KernelUse> uses(Isa isa, MatrixUnit training) {
        ByteDots dots = ByteDots.AVX512_VNNI;
        Prefetch prefetch = new KernelSet(isa, dots).prefetch();
        return new MachineCodeUses(isa, dots, prefetch, PromptRounding.WHERE_FASTER, training).all();
    }

    @ParameterizedTest
    @CsvSource({
        "AVX2, F32_VECTORS, 'f32, AVX2', 'f32, AVX2'",
        "AVX512, F32_VECTORS, 'f32, AVX-512', 'f32, AVX-512'",
        "AVX512, BF16_VECTORS, 'f32, AVX-512', 'pairs of bf16, AVX-512 BF16'",
        "AMX, BF16_TILES, 'f32, AVX-512', 'bf16 tiles, AMX'"
    })
    void sayWhatMultipliesInTraining(Isa isa, MatrixUnit training, String inF32, String inBf16) {
        assertThat(uses(isa, training))
                .contains(
                        new KernelUse("products of training in f32", inF32),
                        new KernelUse("products of training in bf16", inBf16));
    }

    @ParameterizedTest
    @CsvSource({
        "AVX2, WHERE_FASTER, false",
        "AVX512, WHERE_FASTER, false",
        "AMX, WHERE_FASTER, true",
        "AMX, NEVER, false"
    })
    void sayWhetherPromptsAttendInTiles(Isa isa, PromptRounding rounding, boolean expected) {
        ByteDots dots = ByteDots.AVX512_VNNI;
        Prefetch prefetch = new KernelSet(isa, dots).prefetch();
        MatrixUnit training = MatrixUnit.F32_VECTORS;
        assertThat(new MachineCodeUses(isa, dots, prefetch, rounding, training).all())
                .extracting(KernelUse::operation)
                .contains("attention")
                .satisfies(
                        all -> assertThat(all.contains("attention of prompts")).isEqualTo(expected));
    }
}
