package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PyTorchWeightsTest {
    @TempDir
    Path folder;

    private static PyTorchWeights parse(byte[] file) {
        return PyTorchWeights.parse(
                new MappedFile(Path.of("weights.bin"), MemorySegment.ofArray(file)), new FileMapping());
    }

    /// A checkpoint of that pickle and six floats as storage 0.
    private static PyTorchWeights parse(PickleBytes pickle) {
        return parse(new TorchZip()
                .add("data.pkl", pickle.bytes())
                .add("data/0", new byte[24])
                .bytes());
    }

    private static PyTorchWeights parseTensor(PickleBytes tensor) {
        return parse(PickleBytes.dictionary("w", tensor));
    }

    @Nested
    class Reads {
        @Test
        void aTensorInPlace() throws IOException {
            Path file =
                    Files.write(folder.resolve("w.bin"), TorchZip.ofOneTensor().bytes());
            try (PyTorchWeights weights = PyTorchWeights.open(file)) {
                Tensor tensor = weights.tensor("w");
                assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
                assertThat(Oracle.floats(tensor)).containsExactly(0, 1, 2, 3, 4, 5);
                assertThat(tensor.data().isMapped()).isTrue();
            }
        }

        @ParameterizedTest
        @CsvSource({
            "DoubleStorage,F64,3",
            "FloatStorage,F32,6",
            "HalfStorage,F16,12",
            "BFloat16Storage,BF16,12",
            "LongStorage,I64,3",
            "IntStorage,I32,6",
            "ShortStorage,I16,12",
            "CharStorage,I8,24",
            "ByteStorage,U8,24",
            "BoolStorage,BOOL,24"
        })
        void everyStorageClass(String storageClass, ElementType type, int elements) {
            PickleBytes storage = PickleBytes.storage(storageClass, "0", elements);
            try (PyTorchWeights weights = parseTensor(PickleBytes.tensor(storage, 0, "" + elements, "1"))) {
                assertThat(weights.tensor("w").type()).isEqualTo(type);
            }
        }

        @Test
        void partsOfASharedStorage() {
            try (PyTorchWeights weights = parseTensor(PickleBytes.floatTensor("0", 6, 4, "2", "1"))) {
                assertThat(weights.tensor("w").data().byteSize()).isEqualTo(8);
            }
        }

        @Test
        void parametersAndOrderedDictionariesWithAttributes() {
            PickleBytes parameter = new PickleBytes()
                    .global("torch._utils", "_rebuild_parameter")
                    .op('(')
                    .then(PickleBytes.floatTensor("0", 6, 0, "6", "1"))
                    .op(0x89, '}', 't', 'R');
            PickleBytes pickle = new PickleBytes()
                    .op(0x80, 2)
                    .global("collections", "OrderedDict")
                    .op(')', 'R', '(')
                    .text("w")
                    .then(parameter)
                    .op('u', '}')
                    .text("_metadata")
                    .op('}', 's', 'b', '.');
            try (PyTorchWeights weights = parse(pickle)) {
                assertThat(weights.tensors()).containsOnlyKeys("w");
            }
        }

        @Test
        void protocolFour() {
            PickleBytes whole = new PickleBytes()
                    .op(0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0) // FRAME
                    .op(0x8c, 11)
                    .raw("collections")
                    .op(0x8c, 11)
                    .raw("OrderedDict")
                    .op(0x93, 0x94, ')', 'R', '.');
            try (PyTorchWeights weights = parse(whole)) {
                assertThat(weights.tensors()).isEmpty();
            }
        }

        @Test
        void zip64() {
            byte[] pickle = new PickleBytes().op(0x80, 2, '}', '.').bytes();
            try (PyTorchWeights weights = parse(TorchZip.zip64("archive/data.pkl", pickle))) {
                assertThat(weights.tensors()).isEmpty();
            }
        }

        @Test
        void severalFilesWithAnIndex() throws IOException {
            Files.write(folder.resolve("a.bin"), TorchZip.ofOneTensor().bytes());
            Path index = Files.writeString(
                    folder.resolve("pytorch_model.bin.index.json"), "{\"weight_map\": {\"w\": \"a.bin\"}}");
            try (PyTorchWeights weights = PyTorchWeights.open(index)) {
                assertThat(weights.tensors()).containsOnlyKeys("w");
            }
            Files.writeString(index, "{\"weight_map\": {\"v\": \"a.bin\"}}");
            assertThatThrownBy(() -> PyTorchWeights.open(index))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("a.bin", "tensor v");
        }
    }

    @Nested
    class NeverExecutes {
        @Test
        void aFunctionOfThePickle() {
            PickleBytes pickle = new PickleBytes()
                    .op(0x80, 2)
                    .global("posix", "system")
                    .text("touch /tmp/owned")
                    .op(0x85, 'R', '.');
            assertThatThrownBy(() -> parse(pickle))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll(
                            "weights.bin", "at byte ", "posix.system", "Python would import", "never executes");
        }

        @Test
        void aNameOfThePickleGivenOnTheStack() {
            PickleBytes pickle =
                    new PickleBytes().op(0x80, 4).text("builtins").text("eval").op(0x93, '.');
            assertThatThrownBy(() -> parse(pickle))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("builtins.eval");
        }

        @ParameterizedTest
        @EnumSource(
                value = PickleOpcode.class,
                names = {"INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4", "PERSID", "POP", "DUP", "STRING"
                })
        void anOpcodeBeyondDataAndTensors(PickleOpcode opcode) {
            int code = IntStream.range(0, 256)
                    .filter(c -> PickleOpcode.ofCode(c).equals(Optional.of(opcode)))
                    .findFirst()
                    .orElseThrow();
            assertThatThrownBy(() -> parse(new PickleBytes().op(0x80, 2, code).raw("os\nsystem\n")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("opcode " + opcode, opcode.refusedEffect(), "never executes");
        }

        @Test
        void whateverTheByte() {
            for (int code = 0; code < 256; code++) {
                PickleBytes pickle = new PickleBytes().op('}', '}', '(', code).raw("00000000000000000000");
                assertThatThrownBy(() -> parse(pickle))
                        .isInstanceOfAny(ModelFormatException.class, UnsupportedModelException.class)
                        .hasMessageContaining("weights.bin");
            }
        }
    }

    @Nested
    class Refuses {
        @Test
        void theFormatBeforeZip() {
            assertThatThrownBy(
                            () -> parse(new PickleBytes().op(0x80, 2, 0x8a, 10).bytes()))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("weights.bin", "before version 1.6", "save it again");
        }

        @Test
        void bigEndianStorages() {
            byte[] file =
                    new TorchZip().add("data.pkl", "").add("byteorder", "big").bytes();
            assertThatThrownBy(() -> parse(file))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("byteorder");
        }

        @Test
        void compressedEntries() {
            byte[] file = new TorchZip().compressed().add("data.pkl", "}.").bytes();
            assertThatThrownBy(() -> parse(file))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("archive/data.pkl", "compressed", "zip -0");
        }

        @Test
        void aZipFileWithoutAPickle() {
            assertThatThrownBy(() -> parse(new TorchZip().add("readme", "").bytes()))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("weights.bin", "data.pkl");
        }

        @Test
        void tensorsThatAreNotContiguous() {
            assertThatThrownBy(() -> parseTensor(PickleBytes.floatTensor("0", 6, 0, "3,2", "1,3")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("tensor w", "[3, 2]", "[1, 3]", "contiguous()");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "0; 7; 0; 7; 1",
                    "0; 6; 1; 6; 1",
                    "0; 6; -1; 2; 1",
                    "1; 6; 0; 6; 1",
                    "0; 6; 0; -6; 1",
                    "0; 6; 0; 2000000000,2000000000,2000000000; 1,1,1",
                    "0; 6; 0; 1,1,1,1,1,1,1,1,1; 1,1,1,1,1,1,1,1,1"
                })
        void tensorsBeyondTheirStorage(String key, int elements, int offset, String shape, String strides) {
            PickleBytes tensor = PickleBytes.floatTensor(key, elements, offset, shape, strides);
            assertThatThrownBy(() -> parseTensor(tensor))
                    .isInstanceOfAny(ModelFormatException.class, UnsupportedModelException.class)
                    .hasMessageContaining("weights.bin");
        }

        @Test
        void anythingButADictionaryOfTensors() {
            assertThatThrownBy(() -> parse(new PickleBytes().op(0x80, 2, ']', '.')))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("holds a list");
            assertThatThrownBy(() -> parseTensor(new PickleBytes().whole(3)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("w is a whole number", "state_dict()");
        }

        @ParameterizedTest
        @CsvSource({
            "., empty stack",
            "t, lacks a mark",
            "u, lacks a mark",
            "s, empty stack",
            "ha, never stored",
            "}}a, is a dictionary",
            "]]s, empty stack",
            "K, ends within a value",
            "NN\u0085R, what is called is None",
            "}NNs, a key is None",
            "NQ, persistent id",
            "cx, ends within",
            "X\u0001, ends within",
            "(NNt., a tuple"
        })
        void brokenPickles(String pickle, String expected) {
            byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
            PickleBytes program = new PickleBytes();
            for (byte code : bytes) {
                program.op(code);
            }
            assertThatThrownBy(() -> parse(program))
                    .isInstanceOfAny(ModelFormatException.class, UnsupportedModelException.class)
                    .hasMessageContainingAll("weights.bin", expected);
        }

        @Test
        void picklesThatNeverEnd() {
            byte[] values = new byte[StateDictUnpickler.STACK_MAX + 1];
            Arrays.fill(values, (byte) 'N');
            assertThatThrownBy(
                            () -> parse(new TorchZip().add("data.pkl", values).bytes()))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("more than " + StateDictUnpickler.STACK_MAX + " values");
            byte[] nested = new byte[StateDictUnpickler.OPCODES_MAX + 1];
            Arrays.fill(nested, (byte) 0x85);
            nested[0] = 'N';
            assertThatThrownBy(
                            () -> parse(new TorchZip().add("data.pkl", nested).bytes()))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("more than " + StateDictUnpickler.OPCODES_MAX + " opcodes");
        }

        @Test
        void twoTensorsOfOneName() {
            PickleBytes pickle =
                    new PickleBytes().op('}').text("w").op('N', 's').text("w").op('N', 's', '.');
            assertThatThrownBy(() -> parse(pickle)).hasMessageContaining("key w occurs twice");
        }
    }

    @Nested
    class InADirectory {
        @Test
        void comeAfterSafetensors() throws IOException {
            Files.writeString(folder.resolve("config.json"), "{}");
            assertThatThrownBy(() -> HuggingFaceDirectory.open(folder).openWeights())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("pytorch_model.bin", "model.safetensors");
            Files.write(
                    folder.resolve("pytorch_model.bin"), TorchZip.ofOneTensor().bytes());
            Files.writeString(folder.resolve("consolidated.safetensors"), "not looked at");
            try (Checkpoint weights = HuggingFaceDirectory.open(folder).openWeights()) {
                assertThat(weights).isInstanceOf(PyTorchWeights.class);
            }
            try (Checkpoint weights = HuggingFaceDirectory.open(folder).openWeights()) {
                SafetensorsWriter.write(
                        folder.resolve("model.safetensors"),
                        Map.of(),
                        weights.tensors().values());
            }
            try (Checkpoint weights = HuggingFaceDirectory.open(folder).openWeights()) {
                assertThat(weights).isInstanceOf(Safetensors.class);
                assertThat(Oracle.floats(weights.tensor("w"))).containsExactly(0, 1, 2, 3, 4, 5);
            }
        }
    }
}
