package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import org.junit.jupiter.api.Test;

class UniformModelTest {
    private static final int[] TOKENS = {3, 0, 10, 10, 4};

    @Test
    void findsEveryTokenAsLikely() {
        try (Backend backend = HostBackend.open(HostOptions.fromProperties())) {
            Decoder decoder = UniformModel.uniform(backend, 11, 64);
            for (float[] row : DecoderRun.logits(decoder, backend, KvType.F32, TOKENS)) {
                assertThat(row).containsOnly(0f);
            }
        }
    }

    @Test
    void expectsTheNextToken() {
        try (Backend backend = HostBackend.open(HostOptions.fromProperties())) {
            Decoder decoder = UniformModel.successor(backend, 11, 64);
            float[][] logits = DecoderRun.logits(decoder, backend, KvType.F16, TOKENS);
            for (int t = 0; t < TOKENS.length; t++) {
                for (int token = 0; token < 11; token++) {
                    float expected = token == (TOKENS[t] + 1) % 11 ? UniformModel.CERTAIN : 0;
                    assertThat(logits[t][token]).isCloseTo(expected, within(1e-3f));
                }
            }
        }
    }
}
