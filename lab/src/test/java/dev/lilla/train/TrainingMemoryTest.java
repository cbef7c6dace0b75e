package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lilla.Oracle;
import dev.lilla.kernel.CapacityException;
import dev.lilla.model.AdapterScaling;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingMemoryTest {
    private static final LoraOptions LORA =
            new LoraOptions(8, 16, AdapterScaling.BY_RANK, 0, Set.of("q_proj", "v_proj"));

    private static ModelDescription llama() {
        return ModelDescription.open(Oracle.model("llama"), LoadOptions.DEFAULT);
    }

    @Test
    void countsFourNumbersForEachThatIsTrained() {
        try (ModelDescription model = llama()) {
            TrainingMemory full = TrainingMemory.of(model, new TrainingMemory.Use(Optional.empty(), 64, false));
            assertThat(full.trainedBytes()).isEqualTo(16 * model.parameters());
            assertThat(full.weightBytes()).isZero();
            TrainingMemory lora = TrainingMemory.of(model, new TrainingMemory.Use(Optional.of(LORA), 64, false));
            // As many parameters as PEFT counts for these targets.
            assertThat(lora.trainedBytes())
                    .isEqualTo(16
                            * Oracle.json("train/lora-llama-masked/train.json")
                                    .path("trainable_parameters")
                                    .longValue());
            assertThat(lora.weightBytes()).isEqualTo(model.weightBytes());
        }
    }

    @Test
    void growsWithTheMicroBatchAndShrinksWithRecomputation() {
        try (ModelDescription model = llama()) {
            TrainingMemory.Use use = new TrainingMemory.Use(Optional.of(LORA), 512, false);
            long bytes = TrainingMemory.of(model, use).passBytes();
            assertThat(TrainingMemory.of(model, use.withRows(1024)).passBytes()).isBetween(bytes * 3 / 2, 2 * bytes);
            assertThat(TrainingMemory.of(model, use.recomputing()).passBytes()).isLessThan(bytes);
        }
    }

    @Test
    void refusesWhatDoesNotFitAndNamesWhatWould() {
        try (ModelDescription model = llama()) {
            TrainingMemory.Use use = new TrainingMemory.Use(Optional.empty(), 1 << 16, false);
            long needed = TrainingMemory.of(model, use).bytes();
            assertThat(MemoryCheck.require(model, use, OptionalLong.of(needed), 128)
                            .bytes())
                    .isEqualTo(needed);
            assertThat(MemoryCheck.require(model, use, OptionalLong.empty(), 128)
                            .bytes())
                    .isEqualTo(needed);
            assertThatExceptionOfType(CapacityException.class)
                    .isThrownBy(() -> MemoryCheck.require(model, use, OptionalLong.of(needed - 1), 128))
                    .withMessageContaining("--recompute")
                    .withMessageContaining("--micro-batch 32768")
                    .withMessageContaining("--lora");
            assertThatExceptionOfType(CapacityException.class)
                    .isThrownBy(() -> MemoryCheck.require(
                            model, new TrainingMemory.Use(Optional.of(LORA), 128, false), OptionalLong.of(1000), 128))
                    .withMessageContaining("smaller model");
        }
    }

    @Nested
    class Free {
        @TempDir
        @SuppressWarnings("NullAway.Init")
        private Path folder;

        private OptionalLong free() {
            return new FreeMemory(folder.resolve("proc"), folder.resolve("cgroup")).bytes();
        }

        private void write(String name, String content) throws IOException {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }

        @Test
        void isWhatLinuxCallsAvailable() throws IOException {
            assertThat(free()).isEmpty();
            write("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  100 kB\nMemAvailable:    5000 kB\n");
            assertThat(free()).hasValue(5000 * 1024);
        }

        @Test
        void isLessInAContainerWithALimit() throws IOException {
            write("proc/meminfo", "MemAvailable:    5000 kB\n");
            write("cgroup/memory.max", "max\n");
            write("cgroup/memory.current", "1000000\n");
            assertThat(free()).hasValue(5000 * 1024);
            write("cgroup/memory.max", "3000000\n");
            assertThat(free()).hasValue(2_000_000);
            write("cgroup/memory.stat", "anon 5\ninactive_file 400000\n");
            assertThat(free()).hasValue(2_400_000);
        }

        @Test
        void knowsTheFirstVersionOfControlGroups() throws IOException {
            write("cgroup/memory/memory.limit_in_bytes", "3000000\n");
            write("cgroup/memory/memory.usage_in_bytes", "1000000\n");
            assertThat(free()).hasValue(2_000_000);
            write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
            assertThat(free()).isEmpty();
        }
    }
}
