package dev.lilla.kernel;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One safetensors file of `golden/quant`.
record BlockGoldens(Map<String, Tensor> tensors) {
    Tensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    static BlockGoldens open(String file) {
        try {
            Path path = root().resolve("golden/quant").resolve(file);
            Assumptions.assumeTrue(Files.exists(path), () -> path + " is not there");
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
            int header = Math.toIntExact(bytes.getLong(0));
            byte[] json = new byte[header];
            bytes.get(8, json);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry :
                    JsonMapper.shared().readTree(json).properties()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), bytes.array(), 8 + header));
                }
            }
            return new BlockGoldens(tensors);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Tensor tensor(String name, JsonNode node, byte[] file, int start) {
        long[] shape =
                node.get("shape").valueStream().mapToLong(JsonNode::asLong).toArray();
        long begin = start + node.get("data_offsets").get(0).asLong();
        long end = start + node.get("data_offsets").get(1).asLong();
        return new Tensor(
                name,
                ElementType.valueOf(node.get("dtype").asString()),
                Shape.of(shape),
                MemorySegment.ofArray(file).asSlice(begin, end - begin));
    }

    private static Path root() {
        String property = System.getProperty("lilla.oracle", "");
        if (!property.isEmpty()) {
            return Path.of(property);
        }
        URL resource = BlockGoldens.class.getResource("/oracle");
        Assumptions.assumeTrue(resource != null, "no oracle on the class path");
        return Path.of(URI.create(Objects.requireNonNull(resource).toString()));
    }
}
