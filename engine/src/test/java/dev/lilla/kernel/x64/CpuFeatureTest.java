package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CpuFeatureTest {
    @Test
    void processorSaysWhatLinuxSays() throws IOException {
        assumeThat(LinuxMemory.isHere()).isTrue();
        List<String> flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Arrays.asList(line.split(" ")))
                .orElseThrow();
        Set<CpuFeature> expected = Arrays.stream(CpuFeature.values())
                .filter(feature -> flags.contains(linuxName(feature)))
                .collect(Collectors.toSet());
        assertThat(CpuFeature.ofThisMachine()).hasValue(expected);
    }

    /// As in Linux's arch/x86/include/asm/cpufeatures.h.
    private static String linuxName(CpuFeature feature) {
        return feature == CpuFeature.AVX512_VBMI ? "avx512vbmi" : feature.name().toLowerCase(Locale.ROOT);
    }

    @Nested
    class Levels {
        private static List<Set<CpuFeature>> subsets() {
            CpuFeature[] features = CpuFeature.values();
            return IntStream.range(0, 1 << features.length)
                    .mapToObj(bits -> {
                        Set<CpuFeature> subset = EnumSet.noneOf(CpuFeature.class);
                        for (int i = 0; i < features.length; i++) {
                            if ((bits >> i & 1) != 0) {
                                subset.add(features[i]);
                            }
                        }
                        return subset;
                    })
                    .toList();
        }

        @Test
        void missWhatTheyNeedAndTheProcessorLacks() {
            for (Isa isa : Isa.values()) {
                Set<CpuFeature> needs = isa.missing(Set.of());
                for (Set<CpuFeature> features : subsets()) {
                    Set<CpuFeature> expected = EnumSet.copyOf(needs);
                    expected.removeAll(features);
                    assertThat(isa.missing(features)).isEqualTo(expected);
                }
            }
        }

        @Test
        void needWhatTheLowerOnesNeed() {
            assertThat(Isa.AVX512.missing(Set.of())).containsAll(Isa.AVX2.missing(Set.of()));
            assertThat(Isa.AMX.missing(Set.of())).containsAll(Isa.AVX512.missing(Set.of()));
        }

        @Test
        void haveTheirWidth() {
            assertThat(Isa.AVX2.vector(3)).isEqualTo(Vec.ymm(3));
            assertThat(Isa.AMX.vector(31)).isEqualTo(Vec.zmm(31));
            assertThat(Isa.AVX2.lanes()).isEqualTo(8);
            assertThat(Isa.AVX512.lanes()).isEqualTo(16);
            assertThat(Isa.AVX2.hasMasks()).isFalse();
            assertThat(Isa.AMX.hasMasks()).isTrue();
        }
    }
}
