package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.Pooling;
import dev.lilla.generate.TextEmbedder;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class EmbeddingsTest {
    private static final String PATH = "/v1/embeddings";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    private static float[] direct(String text, Pooling pooling) {
        try (LocalModel own =
                LocalModel.open(server.local().model().description().path(), LocalModelOptions.defaults())) {
            return new TextEmbedder(own.decoder(), own.cache(), List.of()).embed(own.encode(text), pooling);
        }
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    @Test
    void areThoseOfTheModelInTheShapeOfTheContract() throws Exception {
        JsonNode reply = server.ask(PATH, "{\"model\":\"tiny\",\"input\":\"Hello\",\"user\":\"me\"}");

        assertThat(reply.propertyNames()).containsExactly("object", "data", "model", "usage");
        assertThat(reply.at("/data/0").propertyNames()).containsExactly("object", "index", "embedding");
        assertThat(reply.get("usage").toString()).isEqualTo("{\"prompt_tokens\":2,\"total_tokens\":2}");
        float[] found = floats(reply.at("/data/0/embedding"));
        assertThat(found).isEqualTo(direct("Hello", Pooling.MEAN));
        double square = 0;
        for (float element : found) {
            square += (double) element * element;
        }
        assertThat(square).isCloseTo(1, within(1e-5));
    }

    @Test
    void poolAsAsked() throws Exception {
        JsonNode reply = server.ask(PATH, "{\"input\":\"Hello there\",\"pooling\":\"last\"}");

        assertThat(floats(reply.at("/data/0/embedding")))
                .isEqualTo(direct("Hello there", Pooling.LAST))
                .isNotEqualTo(direct("Hello there", Pooling.MEAN));
    }

    @Test
    void comeAsBase64OfLittleEndianFloats() throws Exception {
        String text = server.ask(PATH, "{\"input\":\"Hello\",\"encoding_format\":\"base64\"}")
                .at("/data/0/embedding")
                .asString();

        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
        float[] found = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(found);
        assertThat(found).isEqualTo(direct("Hello", Pooling.MEAN));
    }

    @Test
    void takeBatchesOfTextsAndOfTokens() throws Exception {
        int[] tokens = server.local().encode("Good morning");
        JsonNode texts = server.ask(PATH, "{\"input\":[\"Hello\",\"Good morning\"]}");
        JsonNode ids = server.ask("/embeddings", "{\"input\":[" + Arrays.toString(tokens) + "]}");
        JsonNode one = server.ask(PATH, "{\"input\":" + Arrays.toString(tokens) + "}");

        assertThat(texts.get("data")).hasSize(2);
        assertThat(texts.at("/data/1/index").asInt()).isEqualTo(1);
        assertThat(ids.at("/data/0/embedding")).isEqualTo(texts.at("/data/1/embedding"));
        assertThat(one).isEqualTo(ids);
    }

    @Test
    void becomeShorterAndStayOfLengthOne() throws Exception {
        float[] whole = direct("Hello", Pooling.MEAN);
        float[] found = floats(
                server.ask(PATH, "{\"input\":\"Hello\",\"dimensions\":8}").at("/data/0/embedding"));

        assertThat(found).hasSize(8);
        double square = 0;
        for (int i = 0; i < 8; i++) {
            square += (double) whole[i] * whole[i];
        }
        for (int i = 0; i < 8; i++) {
            assertThat((double) found[i]).isCloseTo(whole[i] / Math.sqrt(square), within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "encoding_format": "int8", "input": "a" | encoding_format
                    "pooling": "cls", "input": "a" | pooling
                    "dimensions": 0, "input": "a" | dimensions
                    "dimensions": 100000, "input": "a" | dimensions
                    "input": [] | input
                    "input": [[]] | input[0]
                    "input": [1, "a"] | input[1]
                    "input": [[1], [99999]] | input[1][0]
                    "input": {} | input
                    "model": "tiny" | input
                    """)
    void areRefusedNamingTheField(String body, String param) throws Exception {
        HttpResponse<String> response = server.post(PATH, "{" + body + "}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"param\":\"" + param + "\"");
    }

    @Test
    void areNotMadeOfTextsThatAreTooLong() throws Exception {
        HttpResponse<String> response = server.post(PATH, "{\"input\":[\"a\",\"" + "many words ".repeat(600) + "\"]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("context_length_exceeded");
    }
}
