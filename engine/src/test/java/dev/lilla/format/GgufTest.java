package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
    private static final int IQ2_XXS = 16;

    @TempDir
    Path folder;

    /// A GGUF written number by number.
    private static final class Bytes {
        private final ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

        static Bytes head(int version, long tensors, long keys) {
            return new Bytes().ints(GgufHeader.MAGIC, version).longs(tensors, keys);
        }

        Bytes ints(int... values) {
            Arrays.stream(values).forEach(out::putInt);
            return this;
        }

        Bytes longs(long... values) {
            Arrays.stream(values).forEach(out::putLong);
            return this;
        }

        Bytes text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.putLong(bytes.length).put(bytes);
            return this;
        }

        Bytes key(String key, GgufType type) {
            return text(key).ints(type.number());
        }

        Bytes tensor(String name, int type, long offset, long... ne) {
            return text(name).ints(ne.length).longs(ne).ints(type).longs(offset);
        }

        Bytes data(int bytes) {
            out.position((out.position() + 31) / 32 * 32 + bytes);
            return this;
        }

        byte[] toArray() {
            return Arrays.copyOf(out.array(), out.position());
        }
    }

    private static Gguf parse(byte[] bytes) {
        return Gguf.parse(new MappedFile(Path.of("model.gguf"), MemorySegment.ofArray(bytes)), new FileMapping());
    }

    private static void assertBroken(Bytes bytes, String... parts) {
        assertThatThrownBy(() -> parse(bytes.toArray()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("model.gguf")
                .hasMessageContainingAll(parts);
    }

    private static void assertUnsupported(Bytes bytes, String... parts) {
        assertThatThrownBy(() -> parse(bytes.toArray()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("model.gguf")
                .hasMessageContainingAll(parts);
    }

    @Nested
    class Reads {
        @ParameterizedTest
        @ValueSource(ints = {2, 3})
        void bothVersions(int version) {
            Bytes bytes = Bytes.head(version, 1, 1)
                    .key("general.architecture", GgufType.STRING)
                    .text("llama")
                    .tensor("w", 0, 0, 3, 2)
                    .data(24);
            try (Gguf gguf = parse(bytes.toArray())) {
                assertThat(gguf.version()).isEqualTo(version);
                assertThat(gguf.metadata().architecture()).isEqualTo("llama");
                assertThat(gguf.tensor("w").shape()).isEqualTo(Shape.of(2, 3));
                assertThat(gguf.tensor("w").type()).isEqualTo(ElementType.F32);
            }
        }

        @Test
        void tensorsWithGapsAndInAnyOrder() {
            Bytes bytes = Bytes.head(3, 2, 0)
                    .tensor("b", 24, 96, 3)
                    .tensor("a", 24, 0, 3)
                    .data(99);
            try (Gguf gguf = parse(bytes.toArray())) {
                assertThat(gguf.tensors().keySet()).containsExactly("b", "a");
            }
        }

        @Test
        void dataThatIsGoneAfterClosing() throws IOException {
            Path file = Files.write(
                    folder.resolve("m.gguf"),
                    Bytes.head(3, 1, 0).tensor("w", 0, 0, 1).data(4).toArray());
            Gguf gguf = Gguf.open(file);
            Tensor tensor = gguf.tensor("w");
            assertThat(tensor.data().isMapped()).isTrue();
            gguf.close();
            gguf.close();
            assertThatThrownBy(() -> tensor.data().get(ValueLayout.JAVA_BYTE, 0))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    class RefusesAFile {
        @Test
        void ofAnotherKind() {
            assertBroken(new Bytes().ints(0x04034b50, 0, 0, 0), "at byte 0", "zip", "GGUF");
            assertBroken(new Bytes().text("{}"), "at byte 0", "GGUF");
            assertUnsupported(new Bytes().ints(0x67676a74, 1), "before GGUF");
            assertUnsupported(new Bytes().ints(0x67676d6c, 1), "before GGUF");
        }

        @ParameterizedTest
        @CsvSource({"1, version 1", "4, version 4", "50331648, big-endian", "33554432, big-endian"})
        void ofAnotherVersionOrByteOrder(int version, String expected) {
            assertUnsupported(Bytes.head(version, 0, 0), expected, "Supported", "onvert");
        }

        @Test
        void ofANonsensicalVersion() {
            assertBroken(Bytes.head(0, 0, 0), "at byte 4", "version is 0");
            assertBroken(Bytes.head(-1, 0, 0), "at byte 4", "4294967295");
        }

        @Test
        void thatCannotBeOpened() throws IOException {
            assertThatThrownBy(() -> Gguf.open(folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("directory");
            assertThatThrownBy(() -> Gguf.open(folder.resolve("none.gguf")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("none.gguf", "does not exist");
            Path empty = Files.createFile(folder.resolve("empty.gguf"));
            assertThatThrownBy(() -> Gguf.open(empty))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("empty.gguf", "at byte 0", "empty");
        }

        @Test
        void byLookingAtItsBeginning() throws IOException {
            assertThat(Gguf.isGguf(
                            Files.write(folder.resolve("x"), Bytes.head(3, 0, 0).toArray())))
                    .isTrue();
            assertThat(Gguf.isGguf(Files.writeString(folder.resolve("y"), "GGU")))
                    .isFalse();
            assertThat(Gguf.isGguf(folder)).isFalse();
        }
    }

    @Nested
    class RefusesMetadata {
        @Test
        void withTooManyKeysOrTensors() {
            assertBroken(Bytes.head(3, 0, 65_537), "key count is 65537", "65536");
            assertBroken(Bytes.head(3, 100_001, 0), "tensor count is 100001");
            assertBroken(Bytes.head(3, 0, -1), "key count is 18446744073709551615");
        }

        @Test
        void withStringsBeyondTheFileOrTheLimit() {
            assertBroken(Bytes.head(3, 0, 1).longs(100), "key 0", "ends at byte 32");
            assertBroken(Bytes.head(3, 0, 1).longs(1L << 40), "length of key 0", "16777216");
            assertBroken(Bytes.head(3, 0, 1).key("k", GgufType.STRING).longs(-1), "at byte 37", "value of key k");
        }

        @Test
        void ofAnUnknownType() {
            assertBroken(Bytes.head(3, 0, 1).text("k").ints(13), "value of key k", "type number 13");
            assertBroken(Bytes.head(3, 0, 1).text("k").ints(-1), "type number 4294967295");
        }

        @Test
        void thatOccursTwice() {
            Bytes bytes = Bytes.head(3, 0, 2);
            bytes.key("k", GgufType.UINT32).ints(1).key("k", GgufType.UINT32).ints(1);
            assertBroken(bytes, "key k occurs twice");
        }

        @Test
        void withFlagsOtherThanZeroAndOne() {
            assertBroken(Bytes.head(3, 0, 1).key("k", GgufType.BOOL).ints(2), "key k is 2", "false");
        }

        @Test
        void withArraysBeyondTheFileOrTheLimit() {
            Bytes bytes = Bytes.head(3, 0, 1).key("k", GgufType.ARRAY).ints(GgufType.UINT64.number());
            assertBroken(bytes.longs(1000), "key k", "8000 bytes");
            Bytes huge = Bytes.head(3, 0, 1).key("k", GgufType.ARRAY).ints(GgufType.UINT8.number());
            assertBroken(huge.longs(Integer.MAX_VALUE), "element count", "4194304");
        }

        @Test
        void nestedTooDeep() {
            Bytes bytes = Bytes.head(3, 0, 1).key("k", GgufType.ARRAY);
            for (int i = 0; i < 100; i++) {
                bytes.ints(GgufType.ARRAY.number()).longs(1);
            }
            assertBroken(bytes.data(100), "nested deeper than 8");
        }

        @Test
        void withTooManyElementsTogether() {
            byte[] file = new byte[5 << 20];
            Bytes bytes = Bytes.head(3, 0, 2).key("a", GgufType.ARRAY).ints(GgufType.UINT8.number());
            byte[] head = bytes.longs(GgufCursor.ELEMENTS_MAX).toArray();
            System.arraycopy(head, 0, file, 0, head.length);
            byte[] second = new Bytes()
                    .key("b", GgufType.ARRAY)
                    .ints(GgufType.UINT8.number())
                    .longs(1)
                    .toArray();
            System.arraycopy(second, 0, file, head.length + GgufCursor.ELEMENTS_MAX, second.length);
            assertThatThrownBy(() -> parse(file)).hasMessageContainingAll("key b", "4194305 elements");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 24, 33})
        void withAnAlignmentThatIsNoPowerOfTwo(int alignment) {
            Bytes bytes = Bytes.head(3, 0, 1)
                    .key("general.alignment", GgufType.UINT32)
                    .ints(alignment);
            assertBroken(bytes, "general.alignment is " + alignment, "power of two");
        }
    }

    @Nested
    class RefusesATensor {
        private Bytes one(Consumer<Bytes> tensor) {
            Bytes bytes = Bytes.head(3, 1, 0);
            tensor.accept(bytes);
            return bytes.data(64);
        }

        @Test
        void ofATypeThatLillaLacksByName() {
            assertUnsupported(
                    one(b -> b.tensor("blk.3.ffn_up.weight", IQ2_XXS, 0, 256)),
                    "tensor blk.3.ffn_up.weight has type IQ2_XXS, which is not supported yet",
                    "Supported: F32, F16, Q4_0",
                    "lilla convert");
            assertBroken(one(b -> b.tensor("w", 99, 0, 256)), "tensor w", "type number 99");
        }

        @Test
        void withTooManyDimensionsOrNegativeOnes() {
            assertBroken(one(b -> b.tensor("w", 0, 0, 1, 1, 1, 1, 1)), "tensor w has 5 dimensions", "at most 4");
            assertBroken(one(b -> b.tensor("w", 0, 0, -1)), "dimension of tensor w");
        }

        @Test
        void whoseSizeOverflows() {
            assertBroken(one(b -> b.tensor("w", 0, 0, 1L << 62, 4)), "dimensions of tensor w overflow");
            assertBroken(one(b -> b.tensor("w", 0, 0, 1L << 62)), "size of tensor w overflows");
            assertBroken(one(b -> b.tensor("w", 0, Long.MAX_VALUE - 31, 1)), "size of tensor w overflows");
        }

        @Test
        void whoseRowsAreNoWholeBlocks() {
            assertBroken(one(b -> b.tensor("w", 2, 0, 33)), "rows of 33", "32 of a Q4_0 block");
        }

        @Test
        void thatIsMisplaced() {
            assertBroken(one(b -> b.tensor("w", 24, 8, 1)), "offset 8", "multiple of the alignment 32");
            assertBroken(one(b -> b.tensor("w", 24, 64, 1)), "tensor w takes 1 bytes", "ends at byte");
            assertBroken(
                    Bytes.head(3, 2, 0)
                            .tensor("a", 24, 0, 33)
                            .tensor("b", 24, 32, 1)
                            .data(64),
                    "tensor b begins inside of tensor a");
            assertBroken(
                    Bytes.head(3, 2, 0)
                            .tensor("a", 24, 0, 1)
                            .tensor("a", 24, 32, 1)
                            .data(64),
                    "tensor a occurs twice");
        }
    }

    @Nested
    class SplitModels {
        private Path part(int number, int count, String... tensors) {
            Path path = folder.resolve("m" + Gguf.partSuffix(number, count));
            List<Tensor> data = new ArrayList<>();
            for (String name : tensors) {
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                data.add(new Tensor(name, ElementType.I8, Shape.of(bytes.length), MemorySegment.ofArray(bytes)));
            }
            GgufMetadata metadata = GgufMetadata.of(
                    "test",
                    Map.of(
                            "part", GgufValue.of((long) number),
                            "split.no", new GgufValue.Whole(GgufType.UINT16, number),
                            "split.count", new GgufValue.Whole(GgufType.UINT16, count),
                            "split.tensors.count", new GgufValue.Whole(GgufType.INT32, 3)));
            GgufWriter.write(path, metadata, data);
            return path;
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 2})
        void openByAnyPart(int opened) {
            List<Path> parts = List.of(part(0, 3, "alpha"), part(1, 3, "b"), part(2, 3, "c"));
            try (Gguf gguf = Gguf.open(parts.get(opened))) {
                assertThat(gguf.tensors().keySet()).containsExactly("alpha", "b", "c");
                assertThat(gguf.tensor("alpha").data().toArray(ValueLayout.JAVA_BYTE))
                        .asString()
                        .isEqualTo("alpha");
                assertThat(gguf.metadata().findInteger("part")).hasValue(0);
            }
        }

        @Test
        void withAMissingPartAreRefused() {
            Path first = part(0, 2, "a", "b", "c");
            assertThatThrownBy(() -> Gguf.open(first))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "not beside it");
        }

        @Test
        void withAPartOfAnotherModelAreRefused() throws IOException {
            Path first = part(0, 2, "a", "b");
            Files.move(part(1, 3, "c"), folder.resolve("m-00002-of-00002.gguf"));
            assertThatThrownBy(() -> Gguf.open(first))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("m-00002-of-00002.gguf", "another model");
        }

        @Test
        void thatWereRenamedAreRefused() throws IOException {
            Path renamed = Files.move(part(0, 2, "a"), folder.resolve("model.gguf"));
            assertThatThrownBy(() -> Gguf.open(renamed))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("model.gguf", "part 1 of 2", "-00001-of-00002.gguf");
        }

        @Test
        void withTooFewOrRepeatedTensorsAreRefused() {
            Path first = part(0, 2, "a");
            part(1, 2, "b");
            assertThatThrownBy(() -> Gguf.open(first)).hasMessageContainingAll("2 tensors", "says 3");
            part(1, 2, "a");
            assertThatThrownBy(() -> Gguf.open(first)).hasMessageContaining("tensor a occurs in two parts");
        }
    }
}
