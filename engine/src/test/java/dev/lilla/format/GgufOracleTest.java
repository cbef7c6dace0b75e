package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Compares every GGUF with what the gguf Python package read from it (gguf/metadata.json).
class GgufOracleTest {
    /// As Python's json.dumps writes: ASCII only, lower-case escapes.
    private static final JsonMapper ASCII_JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                    .build())
            .build();

    static List<String> files() {
        return List.copyOf(Oracle.json("gguf/metadata.json").propertyNames());
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsEveryKeyWithItsTypeAndValue(String file) {
        JsonNode expected = Oracle.json("gguf/metadata.json").path(file);
        try (Gguf gguf = Gguf.open(Oracle.path("gguf/" + file))) {
            assertThat(gguf.alignment()).isEqualTo(expected.path("alignment").asLong());
            Map<String, GgufValue> entries = gguf.metadata().entries();
            JsonNode values = expected.path("kv");
            assertThat(entries.keySet())
                    .containsExactlyElementsOf(values.propertyStream()
                            .filter(entry -> entry.getValue().isObject())
                            .map(Map.Entry::getKey)
                            .toList());
            entries.forEach((key, value) -> assertValue(value, values.path(key), key));
            assertThat(gguf.version())
                    .isEqualTo(expected.path("kv").path("GGUF.version").asInt());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void findsEveryTensorWithTypeShapeAndBytes(String file) {
        Path path = Oracle.path("gguf/" + file);
        JsonNode expected = Oracle.json("gguf/metadata.json").path(file).path("tensors");
        try (Gguf gguf = Gguf.open(path)) {
            MemorySegment whole = gguf.tensors().values().iterator().next().data();
            List<Tensor> tensors = List.copyOf(gguf.tensors().values());
            assertThat(tensors).hasSize(expected.size());
            long base = whole.address() - expected.get(0).path("offset_in_file").asLong();
            for (int i = 0; i < tensors.size(); i++) {
                Tensor tensor = tensors.get(i);
                JsonNode row = expected.get(i);
                List<Long> ne = new ArrayList<>(tensor.shape().dimensions());
                Collections.reverse(ne);
                assertThat(tensor.name()).isEqualTo(row.path("name").asString());
                assertThat(tensor.type().name()).isEqualTo(row.path("type").asString());
                assertThat(ne)
                        .isEqualTo(row.path("ne")
                                .valueStream()
                                .map(JsonNode::asLong)
                                .toList());
                assertThat(tensor.data().address() - base)
                        .isEqualTo(row.path("offset_in_file").asLong());
                assertThat(tensor.data().byteSize()).isEqualTo(row.path("bytes").asLong());
                assertThat(sha256(tensor.data())).isEqualTo(row.path("sha256").asString());
            }
        }
    }

    private static void assertValue(GgufValue found, JsonNode expected, String key) {
        assertThat(found.type().name()).as(key).isEqualTo(expected.path("type").asString());
        switch (found) {
            case GgufValue.Whole whole ->
                assertThat(expected.path("value").bigIntegerValue().longValue())
                        .as(key)
                        .isEqualTo(whole.value());
            case GgufValue.Real real ->
                assertThat(real.value())
                        .as(key)
                        .isEqualTo(expected.path("value").asDouble());
            case GgufValue.Flag(boolean value) ->
                assertThat(value).as(key).isEqualTo(expected.path("value").asBoolean());
            case GgufValue.Text(String value) ->
                assertThat(value).as(key).isEqualTo(expected.path("value").asString());
            case GgufValue.Sequence sequence -> assertSequence(sequence, expected, key);
        }
    }

    /// Arrays of arrays are flattened in the reference.
    private static void assertSequence(GgufValue.Sequence found, JsonNode expected, String key) {
        List<Object> values = flatten(found);
        assertThat(values).as(key).hasSize(expected.path("count").asInt());
        List<JsonNode> first = expected.path("first").valueStream().toList();
        List<JsonNode> last = expected.path("last").valueStream().toList();
        for (int i = 0; i < first.size(); i++) {
            assertElement(values.get(i), first.get(i), key);
        }
        if (found instanceof GgufValue.Texts(List<String> texts)) {
            assertThat(sha256(MemorySegment.ofArray(ASCII_JSON.writeValueAsBytes(texts))))
                    .as(key)
                    .isEqualTo(expected.path("sha256_of_json").asString());
        }
        for (int i = 0; i < last.size(); i++) {
            assertElement(values.get(values.size() - last.size() + i), last.get(i), key);
        }
    }

    private static void assertElement(Object found, JsonNode expected, String key) {
        switch (found) {
            case Long value ->
                assertThat(expected.bigIntegerValue().longValue()).as(key).isEqualTo(value);
            case Double value -> assertThat(value).as(key).isEqualTo(expected.asDouble());
            case Boolean value -> assertThat(value).as(key).isEqualTo(expected.asBoolean());
            default -> assertThat(found).as(key).isEqualTo(expected.asString());
        }
    }

    private static List<Object> flatten(GgufValue.Sequence sequence) {
        return switch (sequence) {
            case GgufValue.Wholes wholes -> List.copyOf(wholes.values());
            case GgufValue.Reals reals -> List.copyOf(reals.values());
            case GgufValue.Flags(List<Boolean> values) -> List.copyOf(values);
            case GgufValue.Texts(List<String> values) -> List.copyOf(values);
            case GgufValue.Nested(List<GgufValue.Sequence> values) ->
                values.stream().flatMap(value -> flatten(value).stream()).toList();
        };
    }

    private static String sha256(MemorySegment data) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(data.toArray(ValueLayout.JAVA_BYTE));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
