package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.generate.TokenLogprobs.Alternative;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenLogprobsTest {
    private static final float NONE = Float.NEGATIVE_INFINITY;

    @Test
    void areLogarithmsOfTheModelsProbabilities() {
        float[] logits = {0, (float) Math.log(2), (float) Math.log(5), NONE};
        TokenLogprobs logprobs = TokenLogprobs.of(logits, 1, 20);
        assertThat(logprobs.token()).isCloseTo(Math.log(2 / 8.0), within(1e-6));
        assertThat(logprobs.top()).extracting(Alternative::token).containsExactly(2, 1, 0);
        assertThat(logprobs.top().getFirst().logprob()).isCloseTo(Math.log(5 / 8.0), within(1e-6));
        assertThat(TokenLogprobs.of(logits, 1, 0).top()).isEmpty();
    }

    @Test
    void nameTheSameTokensAsASort() {
        float[] logits = new float[1000];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextDouble(-3, 3);
        }
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        TokenLogprobs logprobs = TokenLogprobs.of(logits, 0, 5);
        for (int i = 0; i < 5; i++) {
            assertThat(logits[logprobs.top().get(i).token()]).isEqualTo(sorted[999 - i]);
        }
    }

    @Test
    void countTheFirstOfEqualLogitsAsTheLikeliest() {
        TokenLogprobs logprobs = TokenLogprobs.of(new float[] {1, 7, 7, 7}, 1, 2);
        assertThat(logprobs.top()).extracting(Alternative::token).containsExactly(1, 2);
    }
}
