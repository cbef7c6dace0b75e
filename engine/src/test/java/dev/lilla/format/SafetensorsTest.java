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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    /// @param header with ' for "
    private static byte[] file(String header, int dataBytes) {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private static Safetensors parse(byte[] file) {
        return Safetensors.parse(
                new MappedFile(Path.of("m.safetensors"), MemorySegment.ofArray(file)), new FileMapping());
    }

    private static Tensor tensor(String name, ElementType type, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        byte[] bytes = new byte[(int) type.byteSize(shape.elements())];
        Arrays.fill(bytes, (byte) name.charAt(0));
        return new Tensor(name, type, shape, MemorySegment.ofArray(bytes));
    }

    private Path write(String name, Tensor... tensors) {
        Path path = folder.resolve(name);
        SafetensorsWriter.write(path, Map.of("format", "pt"), List.of(tensors));
        return path;
    }

    @Nested
    class Reads {
        @ParameterizedTest
        @EnumSource(ElementType.class)
        void everyTypeThatItCanHold(ElementType type) {
            Tensor tensor = tensor("w", type, 2, 256);
            if (type.isQuantized()) {
                assertThatThrownBy(() -> write("m.safetensors", tensor))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("tensor w", type.name(), "BF16");
                return;
            }
            try (Safetensors read = Safetensors.open(write("m.safetensors", tensor))) {
                assertThat(TensorDescription.of(read.tensor("w"))).isEqualTo(TensorDescription.of(tensor));
                assertThat(read.tensor("w").data().toArray(ValueLayout.JAVA_BYTE))
                        .containsOnly('w');
                assertThat(read.tensor("w").data().isMapped()).isTrue();
                assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
            }
        }

        @Test
        void scalarsAndEmptyTensors() {
            byte[] file = file(
                    "{'s':{'dtype':'F32','shape':[],'data_offsets':[0,4]},"
                            + "'e':{'dtype':'F32','shape':[0,7],'data_offsets':[4,4]}}  ",
                    4);
            try (Safetensors read = parse(file)) {
                assertThat(read.tensor("s").shape()).isEqualTo(Shape.of());
                assertThat(read.tensor("e").data().byteSize()).isZero();
            }
        }

        @Test
        void namesSimilarTensorsWhenOneIsMissing() {
            Path path =
                    write("m.safetensors", tensor("layers.1.up", ElementType.I8, 1), tensor("x", ElementType.I8, 1));
            try (Safetensors read = Safetensors.open(path)) {
                assertThatThrownBy(() -> read.tensor("layers.1.down"))
                        .isInstanceOf(ModelFormatException.class)
                        .hasMessageContainingAll("m.safetensors", "layers.1.down is missing", "layers.1.up, x");
            }
        }
    }

    @Nested
    class RefusesAHeader {
        @ParameterizedTest
        @CsvSource(
                quoteCharacter = '`',
                delimiter = '|',
                value = {
                    "[]                                                                      | does not begin with {",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}                   | invalid JSON",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} x                | invalid JSON",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} {}               | after the end",
                    "{'a':{'dtype':'F32','shape':[1]}}                                       | lacks one of",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}                    | two data_offsets",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,4]}}                | more than 2",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,8]}}                  | takes 4 bytes",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}                  | takes 4 bytes",
                    "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}                 | negative",
                    "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}}                | VALUE_NUMBER_FLOAT",
                    "{'a':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}                    | START_ARRAY",
                    "{'a':{'dtype':7,'shape':[1],'data_offsets':[0,4]}}                      | dtype",
                    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}}            | unknown field x",
                    "{'a':{'dtype':'F32','shape':[99999999999,99999999999],'data_offsets':[0,4]}} | overflows",
                    "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}} | out of range",
                    "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1],'data_offsets':[0,4]}}  | more than 8",
                    "{'a':[]}                                                                | START_OBJECT",
                    "{'__metadata__':{'a':1}}                                                | __metadata__.a",
                    "{'a':{'dtype':'I8','shape':[4],'data_offsets':[0,4]},"
                            + "'a':{'dtype':'I8','shape':[4],'data_offsets':[0,4]}}          | a occurs twice",
                    "{'a':{'dtype':'I8','shape':[3],'data_offsets':[0,3]},"
                            + "'b':{'dtype':'I8','shape':[2],'data_offsets':[2,4]}}          | without overlaps",
                    "{'a':{'dtype':'I8','shape':[3],'data_offsets':[1,4]}}                   | holes",
                    "{'a':{'dtype':'I8','shape':[3],'data_offsets':[0,3]}}                   | 1 bytes after",
                    "{'a':{'dtype':'I8','shape':[5],'data_offsets':[0,5]}}                   | only 4 bytes"
                })
        void thatIsBroken(String header, String expected) {
            assertThatThrownBy(() -> parse(file(header, 4)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("m.safetensors", "at byte ", expected);
        }

        @ParameterizedTest
        @ValueSource(longs = {25_000_001, Long.MAX_VALUE, -1})
        void longerThanTheLimit(long length) {
            byte[] file = file("{}", 100);
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            assertThatThrownBy(() -> parse(file))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("at byte 0", Long.toUnsignedString(length), "25000000");
        }

        @Test
        void withATypeThatLillaLacks() {
            assertThatThrownBy(() -> parse(file("{'a':{'dtype':'F8_E4M3','shape':[4],'data_offsets':[0,4]}}", 4)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("m.safetensors", "tensor a has type F8_E4M3", "BF16");
        }
    }

    @Nested
    class Indexes {
        private Path index(String content) throws IOException {
            return Files.writeString(folder.resolve("model.safetensors.index.json"), content.replace('\'', '"'));
        }

        @Test
        void decideWhichFileATensorComesFrom() throws IOException {
            write("1.safetensors", tensor("a", ElementType.I8, 1), tensor("b", ElementType.I8, 1));
            write("2.safetensors", tensor("b", ElementType.I8, 2), tensor("unlisted", ElementType.I8, 1));
            index("{'weight_map':{'b':'2.safetensors','a':'1.safetensors'}}");
            try (Safetensors read = Safetensors.open(folder)) {
                assertThat(read.tensors().keySet()).containsExactly("b", "a");
                assertThat(read.tensor("b").shape()).isEqualTo(Shape.of(2));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"../x", "/etc/passwd", "a/b", "..", "", "a\\\\b", "c:x"})
        void mayNotLeaveTheirFolder(String shard) throws IOException {
            Path index = index("{'weight_map':{'a':'" + shard + "'}}");
            assertThatThrownBy(() -> Safetensors.open(index))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("model.safetensors.index.json", "weight_map.a", "same folder");
        }

        @Test
        void thatPromiseTooMuchAreRefused() throws IOException {
            Path index = index("{'weight_map':{'a':'1.safetensors'}}");
            assertThatThrownBy(() -> Safetensors.open(index))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("index.json", "1.safetensors", "not beside it");
            write("1.safetensors", tensor("b", ElementType.I8, 1));
            assertThatThrownBy(() -> Safetensors.open(index))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("index.json", "1.safetensors holds tensor a");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "[]", "{'weight_map':{}}", "{'weight_map':[]}", "{'weight_map':{'a':1}}"})
        void withoutAWeightMapAreRefused(String content) throws IOException {
            Path index = index(content);
            assertThatThrownBy(() -> Safetensors.open(index))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("weight_map");
        }

        @Test
        void areWrittenWithTheTotalSize() {
            List<TensorDescription> tensors = List.of(
                    new TensorDescription("a", ElementType.I8, Shape.of(10)),
                    new TensorDescription("b", ElementType.I8, Shape.of(3)),
                    new TensorDescription("c", ElementType.I8, Shape.of(3)));
            try (SafetensorsWriter writer = SafetensorsWriter.createSharded(folder, Map.of(), tensors, 6)) {
                writer.append("c", MemorySegment.ofArray(new byte[3]));
                writer.append("a", MemorySegment.ofArray(new byte[10]));
                writer.append("b", MemorySegment.ofArray(new byte[3]));
                assertThatThrownBy(() -> writer.append("d", MemorySegment.ofArray(new byte[1])))
                        .hasMessageContaining("tensor d was not described");
                writer.finish();
            }
            assertThat(JsonFiles.read(folder.resolve("model.safetensors.index.json")))
                    .isEqualTo(JsonFiles.parse("""
                            {"metadata": {"total_size": 16},
                             "weight_map": {"a": "model-00001-of-00002.safetensors",
                                            "b": "model-00002-of-00002.safetensors",
                                            "c": "model-00002-of-00002.safetensors"}}
                            """, "expected"));
        }
    }

    @Test
    void saysWhatAFolderLacks() {
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(folder.toString(), "model.safetensors");
    }
}
