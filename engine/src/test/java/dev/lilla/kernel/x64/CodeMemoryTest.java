package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CodeMemoryTest {
    @BeforeEach
    void needsLinuxOnX64() {
        assumeThat(LinuxMemory.isHere()).isTrue();
    }

    /// `block[2] = block[0] + block[1] + constant`.
    private static byte[] sum(int constant) {
        Assembler asm = new Assembler();
        asm.endbr64();
        asm.mov(RAX, Mem.at(RDI));
        asm.add(RAX, Mem.at(RDI, 8));
        asm.add(RAX, asm.constants(constant, 0));
        asm.mov(Mem.at(RDI, 16), RAX);
        asm.ret();
        return asm.finish();
    }

    private static long call(Kernel kernel, long left, long right) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(24, 8);
            block.set(ValueLayout.JAVA_LONG, 0, left);
            block.set(ValueLayout.JAVA_LONG, 8, right);
            kernel.call(block.address());
            return block.get(ValueLayout.JAVA_LONG, 16);
        }
    }

    @Test
    void publishesCodeThatRuns() {
        Kernel kernel = CodeMemory.publish("sum", sum(1000)).orElseThrow();
        assertThat(kernel.name()).isEqualTo("sum");
        assertThat(kernel.bytes()).isEqualTo(sum(1000).length);
        assertThat(call(kernel, 40, 2)).isEqualTo(1042);
        assertThat(call(kernel, -1, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE + 999);
    }

    @Test
    void codeCanBeReadAndRunButNeverWritten() throws IOException {
        Kernel kernel = CodeMemory.publish("sum", sum(1)).orElseThrow();
        assertThat(MemoryMaps.of(kernel.code().address(), kernel.bytes()))
                .hasValueSatisfying(mapping -> assertThat(mapping.rights()).isEqualTo("r-xp"));
    }

    @Test
    void kernelsOfOnePublicationShareTheirPages() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            codes.put("sum " + i, sum(i));
        }
        Map<String, Kernel> kernels = CodeMemory.publish(codes).orElseThrow();
        assertThat(kernels.keySet()).containsExactlyElementsOf(codes.keySet());
        long[] addresses = kernels.values().stream()
                .mapToLong(kernel -> kernel.code().address())
                .toArray();
        assertThat(addresses[0] % LinuxMemory.PAGE).isZero();
        int stride = (int) LinuxMemory.roundUp(sum(0).length, 64);
        for (int i = 0; i < addresses.length; i++) {
            assertThat(addresses[i]).isEqualTo(addresses[0] + (long) i * stride);
        }
        int constant = 0;
        for (Kernel kernel : kernels.values()) {
            assertThat(call(kernel, 10, 20)).as(kernel.name()).isEqualTo(30 + constant++);
        }
    }

    @Test
    void refusesCodeThatIsNotThere() {
        assertThatThrownBy(() -> CodeMemory.publish("none", new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> CodeMemory.publish(Map.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Nested
    class ProfilersMap {
        @AfterEach
        void remove() throws IOException {
            System.clearProperty("lilla.perf.map");
            Files.deleteIfExists(PerfMap.file());
        }

        @Test
        void namesEveryKernelWithItsPlace() throws IOException {
            System.setProperty("lilla.perf.map", "true");
            Kernel first = CodeMemory.publish("first", sum(1)).orElseThrow();
            Kernel second = CodeMemory.publish("second one", sum(2)).orElseThrow();
            assertThat(Files.readAllLines(PerfMap.file())).isEqualTo(List.of(line(first), line(second)));
        }

        private static String line(Kernel kernel) {
            return Long.toHexString(kernel.code().address()) + " " + Integer.toHexString(kernel.bytes()) + " lilla:"
                    + kernel.name();
        }

        @Test
        void isNotWrittenUnlessAskedFor() {
            assertThat(CodeMemory.publish("quiet", sum(1))).isPresent();
            assertThat(PerfMap.file()).doesNotExist();
        }

        @Test
        void doesNotFollowALinkThatSomebodyPutThere() throws IOException {
            Path victim = Files.createTempFile("victim", "");
            try {
                Files.createSymbolicLink(PerfMap.file(), victim);
                System.setProperty("lilla.perf.map", "true");
                assertThatThrownBy(() -> CodeMemory.publish("linked", sum(1))).hasMessageContaining("lilla.perf.map");
                assertThat(victim).isEmptyFile();
            } finally {
                Files.delete(victim);
            }
        }
    }
}
