package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.generate.SchedulerStatus;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelPool;
import dev.lilla.serve.host.OneModel;
import dev.lilla.serve.host.PoolOptions;
import dev.lilla.serve.text.AnswerOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What warms a server up goes the whole way, and leaves nothing behind that its clients would notice.
class WarmUpTest {
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyRequestGoesAllTheWayAndIsRefusedWithoutWork() throws Exception {
        HostedModel model = server.model();
        SchedulerStatus before = model.status();

        assertThat(warmUp(model).ask(20)).isEqualTo(20);
        assertThat(model.status()).isEqualTo(before);
    }

    @Test
    void modelsWriteShortTextsOfWhichNothingIsKept() throws Exception {
        HostedModel model = server.model();
        int kept = model.status().keptBlocks();
        long steps = model.status().steps();

        assertThat(warmUp(model).write(Duration.ofMillis(300))).isPositive();
        assertThat(model.status().steps()).isGreaterThan(steps);
        assertThat(model.status().keptBlocks()).isEqualTo(kept);
        assertThat(server.get("/metrics").body()).doesNotContain("/v1/completions");
    }

    @Test
    void asksForNoModelWhereNoneIsInMemory() throws Exception {
        try (ModelPool empty = new ModelPool(List::of, new PoolOptions(1 << 20, Duration.ZERO, Duration.ZERO))) {
            WarmUp warmUp = new WarmUp(empty, AnswerOptions.defaults());

            assertThat(warmUp.ask(5)).isEqualTo(5);
            assertThat(warmUp.write(Duration.ofMillis(1))).isZero();
        }
    }

    private static WarmUp warmUp(HostedModel model) {
        return new WarmUp(new OneModel(model), AnswerOptions.defaults());
    }
}
