package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HostDescriptionTest {
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    @Test
    void saysThatSomethingFastServes() {
        HostDescription description = HostDescription.of(new HostOptions(HostOptions.Choice.AUTO, 1));
        assertThat(description.kernels()).matches("(machine code, (amx|avx512|avx2)|vector, (128|256|512) bits).*");
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

    @Nested
    class WithoutTheVectorModule {
        @Test
        void askingForVectorsIsRefused() throws Exception {
            assertThat(run(List.of(NATIVE), "VECTOR"))
                    .isEqualTo("lilla.kernels is vector, but the Vector API is not loaded, and plain loops are many"
                            + " times slower; start Java with --add-modules jdk.incubator.vector");
        }
    }

    /// As on hardened systems, by the process's own wish.
    @Nested
    class WithoutExecutableMemory {
        /// Java's own compiler needs executable memory too: all of it from the start.
        private static final List<String> FLAGS = List.of(
                NATIVE, "-XX:InitialCodeCacheSize=16m", "-XX:ReservedCodeCacheSize=16m", "-XX:-SegmentedCodeCache");

        private String refused(List<String> more, String choice) throws Exception {
            List<String> flags = new ArrayList<>(FLAGS);
            flags.addAll(more);
            String output = run(flags, choice, DescribeHost.WITHOUT_EXECUTABLE_MEMORY);
            assumeThat(output).doesNotContain(DescribeHost.NOT_POSSIBLE);
            return output;
        }

        @Test
        void vectorsServe() throws Exception {
            assertThat(refused(List.of("--add-modules", "jdk.incubator.vector"), "AUTO"))
                    .contains("vector, ")
                    .contains("machine code cannot run here")
                    .contains("executable memory")
                    .contains("the Vector API is the fastest that is left");
        }

        @Test
        void plainLoopsServeWithoutTheVectorModuleAndTheReasonSaysWhatToDo() throws Exception {
            assertThat(refused(List.of(), "AUTO"))
                    .startsWith("reference")
                    .contains("executable memory")
                    .contains("the Vector API is not loaded")
                    .contains("--add-modules jdk.incubator.vector");
        }

        @Test
        void askingForMachineCodeIsRefused() throws Exception {
            assertThat(refused(List.of(), "AVX2")).contains("lilla.kernels is avx2, but machine code cannot run here");
        }
    }

    @Test
    void withoutNativeAccessMachineCodeDoesNotServe() throws Exception {
        assertThat(run(List.of("--illegal-native-access=deny"), "AUTO"))
                .startsWith("reference")
                .contains("machine code cannot run here")
                .contains("--enable-native-access");
    }

    /// What [DescribeHost] says in a Java machine of its own.
    private static String run(List<String> flags, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                classes(HostDescription.class)
                        + File.pathSeparator
                        + classes(DescribeHost.class)
                        + File.pathSeparator
                        + System.getProperty("java.class.path"),
                DescribeHost.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static String classes(Class<?> type) {
        return Path.of(URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
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
