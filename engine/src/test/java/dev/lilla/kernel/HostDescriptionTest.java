package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HostDescriptionTest {
    @Test
    void saysThatTheVectorApiServes() {
        HostDescription description = HostDescription.of(new HostOptions(HostOptions.Choice.AUTO, 1));
        assertThat(description.kernels()).matches("vector, (128|256|512) bits");
        assertThat(description.isFast()).isTrue();
        assertThat(description.cores()).isPositive();
    }

    @Test
    void saysThatThePlainLoopsWereAskedFor() {
        HostDescription description = HostDescription.of(new HostOptions(HostOptions.Choice.REFERENCE, 1));
        assertThat(description.kernels()).isEqualTo("reference");
        assertThat(description.isFast()).isFalse();
        assertThat(description.reason()).contains("lilla.kernels");
    }

    /// In Java machines of their own, since this one has the module.
    @Nested
    class WithoutTheVectorModule {
        @Test
        void plainLoopsServeAndTheReasonSaysWhatToDo() throws Exception {
            assertThat(run("AUTO"))
                    .startsWith("reference")
                    .contains("the Vector API is not loaded")
                    .contains("--add-modules jdk.incubator.vector");
        }

        @Test
        void askingForVectorsIsRefused() throws Exception {
            assertThat(run("VECTOR")).contains("lilla.kernels is vector, but the Vector API is not loaded");
        }

        private String run(String choice) throws IOException, InterruptedException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classes(HostDescription.class)
                                    + File.pathSeparator
                                    + classes(DescribeHost.class)
                                    + File.pathSeparator
                                    + System.getProperty("java.class.path"),
                            DescribeHost.class.getName(),
                            choice)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        }

        private static String classes(Class<?> type) {
            return Path.of(URI.create(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toString()))
                    .toString();
        }
    }

    @Nested
    class Processors {
        @Test
        void areCountedByCoreNotByThread() {
            List<String> lines = List.of(
                    "model name\t: Some CPU",
                    "physical id\t: 0",
                    "core id\t\t: 0",
                    "flags\t\t: fpu avx2",
                    "physical id\t: 0",
                    "core id\t\t: 0",
                    "flags\t\t: fpu avx2",
                    "physical id\t: 0",
                    "core id\t\t: 1",
                    "physical id\t: 1",
                    "core id\t\t: 0",
                    "nonsense");
            ProcessorFacts facts = ProcessorFacts.parse(lines, 4);
            assertThat(facts.cores()).isEqualTo(3);
            assertThat(facts.model()).isEqualTo("Some CPU");
            assertThat(facts.flags()).containsExactlyInAnyOrder("fpu", "avx2");
        }

        @Test
        void areNeverMoreThanMayBeUsed() {
            assertThat(ProcessorFacts.parse(List.of("core id : 0", "core id : 1"), 1)
                            .cores())
                    .isOne();
        }

        @Test
        void areTakenAsCoresWhereNothingIsSaid() {
            assertThat(ProcessorFacts.parse(List.of(), 6)).isEqualTo(new ProcessorFacts("", 6, Set.of()));
        }
    }
}
