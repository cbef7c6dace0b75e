package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.serve.host.AdapterChoice;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelDetails;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.text.AnswerOptions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What warms a server up takes nothing of its models.
class WarmUpTest {
    /// One model, which nobody may ask for.
    private record Untouched(AtomicInteger asked) implements ModelHost {
        @Override
        public List<ModelEntry> entries() {
            return List.of(
                    new ModelEntry("demo", Instant.EPOCH, 1, 1, 512, 1, new ModelDetails("gguf", "llama", "F16")));
        }

        @Override
        public ModelLease lease(ModelEntry entry, AdapterChoice choice) {
            asked.incrementAndGet();
            throw new IllegalStateException("asked for a model");
        }

        @Override
        public List<HostedModel> inMemory() {
            return List.of();
        }

        @Override
        public void unload(ModelEntry entry) {
            throw new IllegalStateException("no model is in memory");
        }

        @Override
        public boolean isAlive() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void everyRequestGoesAllTheWayAndIsRefused() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        WarmUp warmUp = new WarmUp(new Untouched(asked), AnswerOptions.defaults());

        assertThat(warmUp.ask(20)).isEqualTo(20);
        assertThat(asked).hasValue(0);
    }
}
