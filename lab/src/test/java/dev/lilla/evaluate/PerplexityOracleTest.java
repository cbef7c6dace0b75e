package dev.lilla.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// The perplexity of every quantized file: the same as that of its weights unpacked to f32, and near to what llama.cpp
/// measures with its 8-bit activations.
class PerplexityOracleTest {
    private static final double OF_DEQUANTIZED = 1e-3;
    private static final double OF_LLAMA_CPP = 1e-2;

    @TestFactory
    Stream<DynamicTest> measuresAsTheReferences() {
        JsonNode quant = Oracle.json("golden/quant/quant.json");
        Matcher context = Pattern.compile("-c (\\d+)")
                .matcher(quant.get("perplexity_command").stringValue());
        assertThat(context.find()).isTrue();
        int window = Integer.parseInt(context.group(1));
        return quant.get("types").properties().stream()
                .filter(type -> type.getValue().get("file").isString())
                .map(type -> DynamicTest.dynamicTest(type.getKey(), () -> check(type, window)));
    }

    private static void check(Map.Entry<String, JsonNode> type, int window) throws IOException {
        Path file = Oracle.path("gguf/quant/" + type.getValue().get("file").stringValue());
        try (Backend backend = HostBackend.open(ExactHost.options());
                ModelDescription model = ModelDescription.open(file, LoadOptions.DEFAULT)) {
            Tokenizer tokenizer = Tokenizers.open((Gguf) model.checkpoint());
            int[] tokens =
                    tokenizer.encode(Files.readString(Oracle.path("golden/quant/ppl-text.txt")), SpecialTokens.ADD);
            Perplexity protocol = new Perplexity(window, 16, tokenizer.beginOfText());
            double stored = measure(protocol, backend, model, model::tensor, tokens);
            double unpacked = measure(protocol, backend, model, name -> unpacked(model.tensor(name)), tokens);
            assertThat(stored).isCloseTo(unpacked, within(OF_DEQUANTIZED * unpacked));
            double reference =
                    type.getValue().get("llamacpp_perplexity_c" + window).doubleValue();
            assertThat(stored).isCloseTo(reference, within(OF_LLAMA_CPP * reference));
        }
    }

    private static double measure(
            Perplexity protocol,
            Backend backend,
            ModelDescription model,
            Function<String, Tensor> tensors,
            int[] tokens) {
        Decoder decoder = Decoder.create(model.spec(), tensors, backend);
        try (KvBlocks cache = backend.allocateBlocks(decoder.kvLayout(KvType.F32), 8)) {
            return protocol.measure(decoder, cache, tokens, result -> {}).perplexity();
        }
    }

    private static Tensor unpacked(Tensor tensor) {
        Shape shape = tensor.shape();
        int columns = (int) shape.columns();
        float[] values = new float[(int) shape.elements()];
        for (int row = 0; row < shape.rows(); row++) {
            System.arraycopy(Dequantizer.row(tensor, row), 0, values, row * columns, columns);
        }
        MemorySegment data = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
        return new Tensor(tensor.name(), ElementType.F32, shape, data);
    }
}
