package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
    private static MemoryNeed of(OptionalLong measured, long weights) {
        return MemoryNeed.of(new VariantRecord(
                "x",
                "x.gguf",
                "0",
                List.of(),
                Optional.empty(),
                new Quality(1, 1, 1),
                1,
                1,
                OptionalDouble.empty(),
                measured,
                Optional.empty(),
                weights,
                0,
                List.of(),
                true,
                true,
                Optional.empty()));
    }

    @Test
    void followsFromWhatWasMeasured() {
        MemoryNeed need = of(OptionalLong.of(6L << 30), 4L << 30);
        assertThat(need.requestMiB()).isEqualTo(7680);
        assertThat(need.limitMiB()).isEqualTo(12_288);
        assertThat(need.why()).contains("the evaluation took 6.44 GB");
    }

    @Test
    void leavesRoomForJavaBesideASmallModel() {
        MemoryNeed need = of(OptionalLong.of(200L << 20), 2L << 20);
        assertThat(need.requestMiB()).isEqualTo(512);
        assertThat(need.limitMiB()).isEqualTo(1024);
    }

    @Test
    void followsFromTheWeightsWhereNothingWasMeasured() {
        MemoryNeed need = of(OptionalLong.empty(), 4L << 30);
        assertThat(need.requestMiB()).isEqualTo(5632);
        assertThat(need.limitMiB()).isEqualTo(9216);
        assertThat(need.why()).contains("no memory was measured");
    }
}
