package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RotaryTensorsTest {
    /// Llama 3.2 1B and 3B.
    private static final RotaryScaling.Llama3 LLAMA3 = new RotaryScaling.Llama3(32, 1, 4, 8192);

    @Test
    void findsTheScalingThatDivisorsCameFrom() {
        RotaryEmbedding rotary = rotary(LLAMA3);
        float[] divisors = Dequantizer.row(RotaryTensors.of(rotary).getFirst(), 0);
        assertThat(divisors[0]).isEqualTo(1);
        assertThat(divisors[31]).isEqualTo(32);
        assertThat(RotaryTensors.llama3(rotary, divisors)).contains(LLAMA3);
    }

    @Test
    void findsNoneForDivisorsOfAnotherKind() {
        float[] divisors = new float[32];
        Arrays.fill(divisors, 3);
        divisors[0] = 7;
        assertThat(RotaryTensors.llama3(rotary(LLAMA3), divisors)).isEmpty();
    }

    @Test
    void dividesAsTheDecoderScales() {
        RotaryEmbedding rotary = rotary(LLAMA3);
        float[] divisors = Dequantizer.row(RotaryTensors.of(rotary).getFirst(), 0);
        for (int pair = 0; pair < divisors.length; pair++) {
            double frequency = Math.pow(rotary.base(), -2.0 * pair / rotary.dim());
            double scaled = LLAMA3.scale(frequency, pair, rotary, 1);
            assertThat(frequency / divisors[pair] / scaled).isBetween(1 - 1e-5, 1 + 1e-5);
        }
    }

    @Test
    void writesNothingForFrequenciesAsTheyAre() {
        assertThat(RotaryTensors.of(rotary(new RotaryScaling.None()))).isEqualTo(List.of());
    }

    private static RotaryEmbedding rotary(RotaryScaling scaling) {
        return new RotaryEmbedding(RotaryStyle.HALF_SPLIT, 64, 500_000, scaling);
    }
}
