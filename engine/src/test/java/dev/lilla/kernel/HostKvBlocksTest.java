package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HostKvBlocksTest {
    private static HostKvBlocks cache(KvType type, int headDim, int capacity) {
        return new HostKvBlocks(
                new KvLayout(type, List.of(new KvLayout.Layer(2, headDim), new KvLayout.Layer(1, 16))), capacity);
    }

    @Nested
    class Blocks {
        @Test
        void areTakenFromZeroAndTakenAgainAfterRelease() {
            try (HostKvBlocks cache = cache(KvType.F32, 16, 3)) {
                assertThat(List.of(cache.take(), cache.take(), cache.take())).containsExactly(0, 1, 2);
                assertThat(cache.taken()).isEqualTo(3);
                cache.release(1);
                assertThat(cache.taken()).isEqualTo(2);
                assertThat(cache.take()).isEqualTo(1);
            }
        }

        @Test
        void runOut() {
            try (HostKvBlocks cache = cache(KvType.F32, 16, 1)) {
                cache.take();
                assertThatExceptionOfType(CapacityException.class)
                        .isThrownBy(cache::take)
                        .withMessage("all 1 cache blocks are taken");
            }
        }

        @Test
        void areReleasedOnce() {
            try (HostKvBlocks cache = cache(KvType.F32, 16, 2)) {
                cache.take();
                cache.release(0);
                assertThatIllegalArgumentException().isThrownBy(() -> cache.release(0));
                assertThatIllegalArgumentException().isThrownBy(() -> cache.release(5));
                assertThatIllegalArgumentException().isThrownBy(() -> cache.release(-1));
            }
        }

        @Test
        void areZeroedAndApartWhateverTheirSize() {
            // Blocks of 1 KiB and of 3 MiB, which come in huge pages, ten to a mapping.
            for (int headDim : new int[] {2, 3072}) {
                try (HostKvBlocks cache = cache(KvType.F32, headDim, 24)) {
                    for (int i = 0; i < 24; i++) {
                        MemorySegment block = cache.memory(cache.take());
                        assertThat(block.byteSize()).isEqualTo(cache.blockBytes());
                        assertThat(block.address() % 64).isZero();
                        assertThat(block.get(ValueLayout.JAVA_BYTE, 0)).isZero();
                        assertThat(block.get(ValueLayout.JAVA_BYTE, block.byteSize() - 1))
                                .isZero();
                        block.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                        block.set(ValueLayout.JAVA_BYTE, block.byteSize() - 1, (byte) 1);
                    }
                }
            }
        }

        @Test
        void countTheirBytesOverAllLayers() {
            try (HostKvBlocks f32 = cache(KvType.F32, 48, 1);
                    HostKvBlocks f16 = cache(KvType.F16, 48, 1);
                    HostKvBlocks q8 = cache(KvType.Q8_0, 48, 1)) {
                // 64 tokens, keys and values, two heads of 48 and one of 16.
                assertThat(f32.blockBytes()).isEqualTo(64 * 2 * (2 * 48 + 16) * 4);
                assertThat(f16.blockBytes()).isEqualTo(64 * 2 * (2 * 48 + 16) * 2);
                assertThat(q8.blockBytes()).isEqualTo(64 * 2 * (2 * (48 + 2 * 2) + 16 + 2));
            }
        }
    }

    @Nested
    class Cells {
        @ParameterizedTest
        @EnumSource(KvType.class)
        void comeBackAsExactlyAsTheirTypeAllows(KvType type) {
            for (int headDim : new int[] {1, 16, 31, 32, 33, 48, 80}) {
                try (HostKvBlocks cache = cache(type, headDim, 2)) {
                    int second = cache.take() + cache.take();
                    KvHead head = new KvHead(cache, 0, 1, new int[] {second, 0});
                    SplittableRandom random = new SplittableRandom(headDim);
                    float[][] cells = new float[128][headDim];
                    for (int i = 0; i < 128; i++) {
                        for (int j = 0; j < headDim; j++) {
                            cells[i][j] = (float) random.nextDouble(-3, 3);
                        }
                    }
                    for (int i = 0; i < 128; i++) {
                        head.writeKey(i, cells[i]);
                        head.writeValue(i, cells[127 - i]);
                    }
                    float tolerance = switch (type) {
                        case F32 -> 0;
                        case F16 -> 3 / 2048f;
                        // Half a step of 127, and the rounding of the scale.
                        case Q8_0 -> 3 / 254f + 3 / 2048f;
                    };
                    float[] cell = new float[headDim];
                    for (int i = 0; i < 128; i++) {
                        head.readKey(i, cell);
                        assertClose(cell, cells[i], tolerance);
                        head.readValue(i, cell);
                        assertClose(cell, cells[127 - i], tolerance);
                    }
                }
            }
        }

        private static void assertClose(float[] found, float[] expected, float tolerance) {
            for (int i = 0; i < found.length; i++) {
                assertThat(Math.abs(found[i] - expected[i])).isLessThanOrEqualTo(tolerance);
            }
        }

        @Test
        void ofQuantizedGroupsHaveScalesOfTheirOwn() {
            try (HostKvBlocks cache = cache(KvType.Q8_0, 48, 1)) {
                KvHead head = new KvHead(cache, 0, 0, new int[] {cache.take()});
                float[] cell = new float[48];
                cell[0] = 1000;
                cell[40] = 0.127f;
                head.writeKey(5, cell);
                float[] found = new float[48];
                head.readKey(5, found);
                assertThat(found[0]).isEqualTo(1000, within(0.5f));
                assertThat(found[40]).isEqualTo(0.127f, within(1e-4f));
                assertThat(found[1]).isZero();
            }
        }
    }
}
