package dev.lilla.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.bench.ServerWork.Kind;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerWorkTest {
    @Test
    void tellsThreadsByTheirNames() {
        assertThat(Kind.of("lilla-scheduler")).isEqualTo(Kind.MODEL);
        assertThat(Kind.of("lilla-worker-1")).isEqualTo(Kind.MODEL);
        assertThat(Kind.of("ForkJoinPool-1-")).isEqualTo(Kind.SERVING);
        assertThat(Kind.of("server-@default")).isEqualTo(Kind.SERVING);
        assertThat(Kind.of("C2 CompilerThre")).isEqualTo(Kind.COMPILING);
        assertThat(Kind.of("VM Thread")).isEqualTo(Kind.OTHER);
    }

    @Test
    void addsTheStepsOfAllModels() throws IOException {
        String metrics = """
                # TYPE llamacpp:n_decode_total counter
                llamacpp:n_decode_total{model="a"} 20
                llamacpp:n_decode_total{model="b"} 1.5e3
                llamacpp:n_busy_slots_per_decode{model="a"} 1
                """;
        assertThat(ServerWork.steps(metrics)).isEqualTo(1520);
        assertThatThrownBy(() -> ServerWork.steps("up 1")).hasMessageContaining("is this lilla serve?");
    }

    @Test
    void tellsWhatWasDoneInBetween() {
        ServerWork before = new ServerWork(10, Map.of(Kind.MODEL, 1_000_000L, Kind.SERVING, 500_000L));
        ServerWork after =
                new ServerWork(20, Map.of(Kind.MODEL, 21_000_000L, Kind.SERVING, 900_000L, Kind.OTHER, 70_000L));
        ServerWork work = after.since(before);
        assertThat(work.steps()).isEqualTo(10);
        assertThat(work.microsPerStep(Kind.MODEL)).isEqualTo(2_000);
        assertThat(work.microsPerStep(Kind.SERVING)).isEqualTo(40);
        assertThat(work.microsPerStep(Kind.OTHER)).isEqualTo(7);
        assertThat(work.overhead()).isEqualTo(0.02);
    }
}
