package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxMemoryTest {
    @BeforeEach
    void needsLinuxOnX64() {
        assumeThat(LinuxMemory.isHere()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4095, 4096, 4097, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 64 << 20})
    void pagesAreAlignedZeroedAndOurs(long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pages = LinuxMemory.pages(bytes, arena).orElseThrow();
            assertThat(pages.byteSize()).isEqualTo(bytes);
            long boundary = bytes >= LinuxMemory.HUGE_PAGE ? LinuxMemory.HUGE_PAGE : LinuxMemory.PAGE;
            assertThat(pages.address() % boundary).isZero();
            long[] places = {0, bytes / 2, bytes - 1};
            for (long at : places) {
                assertThat(pages.get(ValueLayout.JAVA_BYTE, at)).isZero();
            }
            for (long at : places) {
                pages.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
            }
            assertThat(MemoryMaps.of(pages.address(), bytes))
                    .hasValueSatisfying(mapping -> assertThat(mapping.rights()).isEqualTo("rw-p"));
        }
    }

    @Test
    void pagesGoWithTheirArena() throws IOException {
        long bytes = 1L << 30; // so large that nothing else takes its place; none of it is touched
        MemorySegment pages;
        try (Arena arena = Arena.ofConfined()) {
            pages = LinuxMemory.pages(bytes, arena).orElseThrow();
            assertThat(MemoryMaps.of(pages.address(), bytes)).isPresent();
        }
        assertThat(MemoryMaps.of(pages.address(), bytes)).isEmpty();
        assertThatThrownBy(() -> pages.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void moreThanThereIsIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(LinuxMemory.pages(1L << 50, arena)).isEmpty();
        }
    }

    @Test
    void adviceLeavesAFileAsItIs(@TempDir Path folder) throws IOException {
        byte[] bytes = new byte[3 * 4096 + 100];
        new Random(1).nextBytes(bytes);
        Path path = Files.write(folder.resolve("file"), bytes);
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(path)) {
            MemorySegment mapped = file.map(MapMode.READ_ONLY, 0, bytes.length, arena);
            LinuxMemory.populate(mapped);
            LinuxMemory.release(mapped);
            LinuxMemory.release(mapped.asSlice(10, 20));
            assertThat(mapped.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
        }
    }
}
