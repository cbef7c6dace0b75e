package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufWriterTest {
    @TempDir
    Path folder;

    private static GgufMetadata metadata(Map<String, GgufValue> entries) {
        return GgufMetadata.of("test", entries);
    }

    private static Tensor tensor(String name, ElementType type, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        byte[] bytes = new byte[(int) type.byteSize(shape.elements())];
        new Random(name.hashCode()).nextBytes(bytes);
        return new Tensor(name, type, shape, MemorySegment.ofArray(bytes));
    }

    @Nested
    class Values {
        @Test
        void keepTypeAndValue() {
            Map<String, GgufValue> entries = new LinkedHashMap<>();
            for (GgufType type : GgufType.values()) {
                if (type.isWhole()) {
                    boolean signed = type.name().startsWith("INT");
                    int bits = type.bytesMin() * 8;
                    long most = signed || bits == 64 ? -1L >>> (65 - bits) : -1L >>> (64 - bits);
                    long least = signed ? -most - 1 : 0;
                    entries.put(type + ".most", new GgufValue.Whole(type, most));
                    entries.put(type + ".least", new GgufValue.Whole(type, least));
                    entries.put(type + ".array", new GgufValue.Wholes(type, List.of(least, 1L, most)));
                }
            }
            entries.put("u64", new GgufValue.Whole(GgufType.UINT64, -1));
            entries.put("nan", GgufValue.of(Float.NaN));
            entries.put("f64", new GgufValue.Real(GgufType.FLOAT64, Double.MIN_VALUE));
            entries.put("f64s", new GgufValue.Reals(GgufType.FLOAT64, List.of(-0.0, Math.PI)));
            entries.put("f32s", GgufValue.of(new float[] {Float.MAX_VALUE, Float.NEGATIVE_INFINITY}));
            entries.put("true", GgufValue.of(true));
            entries.put("flags", new GgufValue.Flags(List.of(true, false)));
            entries.put("empty", GgufValue.of(""));
            entries.put("text", GgufValue.of("🙂 \0 åäö"));
            entries.put("texts", GgufValue.ofTexts(List.of("", "b")));
            entries.put("none", GgufValue.ofTexts(List.of()));
            entries.put(
                    "nested",
                    new GgufValue.Nested(List.of(
                            new GgufValue.Wholes(GgufType.INT32, List.of(1L, 2L)),
                            new GgufValue.Nested(List.of(new GgufValue.Texts(List.of("x")))))));
            Path file = folder.resolve("values.gguf");
            GgufWriter.write(file, metadata(entries), List.of());
            try (Gguf gguf = Gguf.open(file)) {
                assertThat(new ArrayList<>(gguf.metadata().entries().entrySet()))
                        .isEqualTo(new ArrayList<>(entries.entrySet()));
                assertThat(gguf.version()).isEqualTo(3);
            }
        }

        @ParameterizedTest
        @EnumSource(GgufType.class)
        void outsideTheirTypeAreRefused(GgufType type) {
            if (type.isWhole() && type.bytesMin() < 8) {
                assertThatThrownBy(() -> new GgufValue.Whole(type, 1L << 40)).hasMessageContaining(type.name());
            } else if (!type.isWhole()) {
                assertThatThrownBy(() -> new GgufValue.Whole(type, 1)).hasMessageContaining(type.name());
            } else {
                assertThat(new GgufValue.Whole(type, Long.MIN_VALUE).value()).isNegative();
            }
        }
    }

    @Nested
    class Tensors {
        @ParameterizedTest
        @ValueSource(longs = {1, 2, 8, 32, 64, 4096, 1 << 20})
        void lieAtMultiplesOfTheAlignment(long alignment) throws IOException {
            Path file = folder.resolve("aligned.gguf");
            List<Tensor> tensors = List.of(
                    tensor("a", ElementType.I8, 3),
                    tensor("b", ElementType.F32, 2, 3),
                    tensor("c", ElementType.Q4_K, 256));
            GgufWriter.write(file, metadata(Map.of(GgufHeader.ALIGNMENT_KEY, GgufValue.of(alignment))), tensors);
            try (Gguf gguf = Gguf.open(file);
                    FileMapping mapping = new FileMapping()) {
                assertThat(GgufHeader.read(mapping.map(file)).entries())
                        .allSatisfy(
                                entry -> assertThat(entry.offset() % alignment).isZero());
                assertSame(gguf, tensors);
            }
            assertThat(Files.size(file) % alignment).isZero();
        }

        @ParameterizedTest
        @EnumSource(ElementType.class)
        void ofEveryTypeThatGgufHasReadBackEqual(ElementType type) {
            Path file = folder.resolve("types.gguf");
            List<Tensor> tensors = List.of(tensor("w", type, 2, 1, 3, 256));
            if (type == ElementType.U8 || type == ElementType.BOOL) {
                assertThatThrownBy(() -> GgufWriter.write(file, metadata(Map.of()), tensors))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("tensor w", type.name(), "Q4_K");
                return;
            }
            GgufWriter.write(file, metadata(Map.of()), tensors);
            try (Gguf gguf = Gguf.open(file)) {
                assertSame(gguf, tensors);
            }
        }

        @Test
        void comeInAnyOrderAndInPartsToAFolderThatIsMade() {
            Path file = folder.resolve("new/parts.gguf");
            Tensor a = tensor("a", ElementType.F32, 100);
            Tensor b = tensor("b", ElementType.F16, 7);
            try (GgufWriter writer = GgufWriter.create(
                    file, metadata(Map.of()), List.of(TensorDescription.of(a), TensorDescription.of(b)))) {
                writer.append("b", b.data().asSlice(0, 5));
                writer.append("a", a.data().asSlice(0, 1));
                writer.append("b", b.data().asSlice(5));
                writer.append("a", a.data().asSlice(1));
                writer.finish();
            }
            try (Gguf gguf = Gguf.open(file)) {
                assertSame(gguf, List.of(a, b));
            }
        }

        private void assertSame(Gguf found, List<Tensor> expected) {
            assertThat(found.tensors().values().stream().map(TensorDescription::of))
                    .containsExactlyElementsOf(
                            expected.stream().map(TensorDescription::of).toList());
            expected.forEach(
                    tensor -> assertThat(found.tensor(tensor.name()).data().toArray(ValueLayout.JAVA_BYTE))
                            .isEqualTo(tensor.data().toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    @Nested
    class Unfinished {
        private final TensorDescription described = new TensorDescription("a", ElementType.I8, Shape.of(4));

        @Test
        void leavesNothingBehind() throws IOException {
            try (GgufWriter writer =
                    GgufWriter.create(folder.resolve("x.gguf"), metadata(Map.of()), List.of(described))) {
                writer.append("a", MemorySegment.ofArray(new byte[4]));
            }
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
        }

        @Test
        void keepsTheOldFile() throws IOException {
            Path file = Files.writeString(folder.resolve("x.gguf"), "old");
            try (GgufWriter writer = GgufWriter.create(file, metadata(Map.of()), List.of(described))) {
                assertThatThrownBy(writer::finish)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll("x.gguf", "tensor a", "0 of its 4 bytes");
            }
            assertThat(file).hasContent("old");
        }
    }

    @Nested
    class Refuses {
        private final Path file = Path.of("unused.gguf");

        @Test
        void moreDataThanDescribed() {
            try (GgufWriter writer = GgufWriter.create(
                    folder.resolve("x.gguf"),
                    metadata(Map.of()),
                    List.of(new TensorDescription("a", ElementType.I8, Shape.of(4))))) {
                assertThatThrownBy(() -> writer.append("a", MemorySegment.ofArray(new byte[5])))
                        .hasMessageContainingAll("tensor a", "4", "5");
                assertThatThrownBy(() -> writer.append("b", MemorySegment.ofArray(new byte[1])))
                        .hasMessageContaining("tensor b was not described");
                assertThatThrownBy(() -> writer.write(tensor("a", ElementType.I8, 2, 2)))
                        .hasMessageContaining("[2, 2]");
            }
        }

        @Test
        void aNameTwice() {
            TensorDescription tensor = new TensorDescription("a", ElementType.I8, Shape.of(4));
            assertThatThrownBy(() -> GgufWriter.create(file, metadata(Map.of()), List.of(tensor, tensor)))
                    .hasMessageContaining("tensor a is described twice");
        }

        @Test
        void anAlignmentThatIsNoPowerOfTwo() {
            assertThatThrownBy(() -> GgufWriter.create(
                            file, metadata(Map.of(GgufHeader.ALIGNMENT_KEY, GgufValue.of(24))), List.of()))
                    .hasMessageContaining("24");
        }

        @Test
        void moreDimensionsThanGgufHas() {
            TensorDescription tensor = new TensorDescription("a", ElementType.I8, Shape.of(1, 1, 1, 1, 1));
            assertThatThrownBy(() -> GgufWriter.create(file, metadata(Map.of()), List.of(tensor)))
                    .hasMessageContainingAll("tensor a", "at most 4 dimensions");
        }
    }
}
