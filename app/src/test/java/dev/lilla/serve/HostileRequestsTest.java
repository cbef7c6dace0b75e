package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Bodies that no client means: whatever comes, the reply has a status that says whose fault it is and the shape of
/// its API, and the server goes on.
class HostileRequestsTest {
    private static final int ROUNDS = 25;
    private static final int ROUNDS_LONG = 2_000;
    /// A request that was let through by chance is answered; one that is refused is one of these.
    private static final Set<Integer> REFUSED = Set.of(400, 403, 404, 409, 413, 415, 501, 503);

    /// A body that each path takes, which is then spoilt. Every field that it reads is better here than not.
    private static final Map<String, String> BODIES = Map.ofEntries(
            Map.entry("/v1/chat/completions", """
                    {"model": "tiny", "messages": [{"role": "system", "content": "Be brief."},
                      {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                      {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function",
                        "function": {"name": "f", "arguments": "{}"}}]},
                      {"role": "tool", "tool_call_id": "a", "content": "7"}],
                     "max_tokens": 1, "temperature": 0.5, "top_p": 0.9, "top_k": 3, "min_p": 0.1, "n": 1, "seed": 1,
                     "stop": ["x"], "logit_bias": {"5": 1}, "logprobs": true, "top_logprobs": 2, "stream": false,
                     "stream_options": {"include_usage": true}, "presence_penalty": 0.1, "repeat_penalty": 1.1,
                     "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
                     "tool_choice": "none", "chat_template_kwargs": {"a": 1}, "lora": [],
                     "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "boolean"}}}}"""),
            Map.entry("/v1/completions", """
                    {"prompt": ["a", "b"], "max_tokens": 1, "echo": true, "logprobs": 1, "n": 1, "best_of": 1,
                     "stop": "x", "seed": 3, "grammar": "root ::= [a-z]+", "stream": false}"""),
            Map.entry("/v1/embeddings", """
                    {"model": "tiny", "input": [[1, 2], [3]], "encoding_format": "float", "dimensions": 4,
                     "pooling": "mean"}"""),
            Map.entry("/v1/responses", """
                    {"model": "tiny", "input": [{"type": "message", "role": "user", "content": [{"type":
                     "input_text", "text": "Hello"}]}], "instructions": "Be brief.", "max_output_tokens": 1,
                     "temperature": 0.1, "text": {"format": {"type": "text"}}, "stream": false, "tools": [],
                     "reasoning": {"effort": "low"}}"""),
            Map.entry("/api/chat", """
                    {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}], "stream": false,
                     "options": {"num_predict": 1, "temperature": 0.1, "stop": ["x"]}, "format": "json",
                     "keep_alive": "5m", "tools": [], "think": false}"""),
            Map.entry("/api/generate", """
                    {"model": "tiny", "prompt": "Hello", "system": "Be brief.", "raw": false, "stream": false,
                     "options": {"num_predict": 1}, "context": [1, 2], "keep_alive": 5}"""),
            Map.entry("/api/embed", """
                    {"model": "tiny", "input": ["a", "b"], "truncate": true, "dimensions": 3}"""),
            Map.entry("/api/show", """
                    {"model": "tiny", "verbose": true}"""),
            Map.entry("/completion", """
                    {"prompt": "a", "n_predict": 1, "samplers": ["top_k"], "n_probs": 1, "stream": false}"""),
            Map.entry("/tokenize", """
                    {"content": "Hello", "add_special": true, "with_pieces": true, "parse_special": false}"""),
            Map.entry("/detokenize", """
                    {"tokens": [1, 2, 3]}"""),
            Map.entry("/apply-template", """
                    {"messages": [{"role": "user", "content": "Hello"}]}"""),
            Map.entry("/lora-adapters", """
                    [{"id": 0, "scale": 0.5}]"""),
            Map.entry("/models/unload", """
                    {"model": "tiny"}"""),
            Map.entry("/v1/load_lora_adapter", """
                    {"lora_name": "a", "lora_path": "a", "model": "tiny"}"""));

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    @Test
    void areAnsweredAsTheirApiHasIt() throws Exception {
        spoil(ROUNDS, 1);
    }

    @Test
    @Tag("long")
    void areAnsweredAsTheirApiHasItForLong() throws Exception {
        spoil(ROUNDS_LONG, 2);
    }

    private static void spoil(int rounds, long seed) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> paths = BODIES.keySet().stream().sorted().toList();
        int refused = 0;
        int answered = 0;
        for (int round = 0; round < rounds; round++) {
            for (String path : paths) {
                byte[] body = spoilt(BODIES.getOrDefault(path, ""), random);
                HttpResponse<String> response = post(path, body);
                if (response.statusCode() == 200) {
                    answered++;
                } else {
                    refused++;
                    requireRefusal(path, body, response);
                }
            }
        }
        assertThat(refused).as("bodies that were spoilt indeed").isGreaterThan(rounds * paths.size() / 3);
        assertThat(answered).as("bodies that were spoilt a little").isPositive();
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
        assertThat(server.model().status().usedBlocks()).isZero();
    }

    private static HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
        return server.send(server.request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    private static void requireRefusal(String path, byte[] body, HttpResponse<String> response) {
        String what = path + " " + new String(body, StandardCharsets.ISO_8859_1) + "\n-> " + response.statusCode() + " "
                + response.body();
        String shown = what.length() > 3_000 ? what.substring(0, 3_000) : what;
        assertThat(REFUSED).as(shown).contains(response.statusCode());
        JsonNode error = TestServer.json(response.body()).path("error");
        if (path.startsWith("/api/")) {
            assertThat(error.isString()).as(shown).isTrue();
        } else {
            assertThat(error.propertyNames()).as(shown).containsExactly("message", "type", "param", "code");
            assertThat(error.get("message").asString()).as(shown).isNotBlank();
        }
    }

    /// A body with one to three faults.
    private static byte[] spoilt(String json, RandomGenerator random) throws IOException {
        JsonNode body = TestServer.json(json);
        int faults = random.nextInt(1, 4);
        boolean isBytes = random.nextInt(4) == 0;
        for (int fault = 0; fault < (isBytes ? faults - 1 : faults); fault++) {
            spoil(body, random);
        }
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        return isBytes ? spoilt(bytes, random) : bytes;
    }

    /// Puts something else in the place of a value, somewhere in it.
    private static void spoil(JsonNode node, RandomGenerator random) {
        JsonNode at = node;
        while (true) {
            switch (at) {
                case ObjectNode object
                when !object.isEmpty() -> {
                    List<String> names = List.copyOf(object.propertyNames());
                    String name = names.get(random.nextInt(names.size()));
                    if (random.nextInt(3) > 0 && object.get(name).isContainer()) {
                        at = object.get(name);
                        continue;
                    }
                    switch (random.nextInt(6)) {
                        case 0 -> object.remove(name);
                        case 1 -> object.set("x" + name, object.get(name));
                        default -> object.set(name, odd(random));
                    }
                }
                case ArrayNode array
                when !array.isEmpty() -> {
                    int index = random.nextInt(array.size());
                    if (random.nextInt(3) > 0 && array.get(index).isContainer()) {
                        at = array.get(index);
                        continue;
                    }
                    switch (random.nextInt(5)) {
                        case 0 -> array.remove(index);
                        case 1 -> array.add(odd(random));
                        default -> array.set(index, odd(random));
                    }
                }
                default -> {}
            }
            return;
        }
    }

    private static JsonNode odd(RandomGenerator random) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(16)) {
            case 0 -> nodes.nullNode();
            case 1 -> nodes.booleanNode(random.nextBoolean());
            case 2 -> nodes.numberNode(-1);
            case 3 -> nodes.numberNode(Long.MIN_VALUE);
            case 4 -> nodes.numberNode(1e308);
            case 5 -> nodes.numberNode(new java.math.BigInteger("9".repeat(random.nextInt(20, 600))));
            case 6 -> nodes.numberNode(new java.math.BigDecimal("1e" + random.nextInt(300, 9_999)));
            case 7 -> nodes.stringNode("");
            case 8 -> nodes.stringNode("\ud800 lone \udc00\u0000\uffff");
            case 9 -> nodes.stringNode("../../etc/passwd");
            case 10 -> nodes.stringNode("word ".repeat(random.nextInt(1, 4_000)));
            case 11 -> nodes.arrayNode();
            case 12 -> nodes.objectNode();
            case 13 -> deep(random.nextInt(2, 480));
            case 14 -> nodes.objectNode().put("type", "object").put("$ref", "#/$defs/none");
            default -> {
                ArrayNode many = nodes.arrayNode();
                for (int i = random.nextInt(3_000); i > 0; i--) {
                    many.add(i);
                }
                yield many;
            }
        };
    }

    private static JsonNode deep(int depth) {
        JsonNode inner = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < depth; i++) {
            inner = i % 2 == 0
                    ? JsonNodeFactory.instance.objectNode().set("a", inner)
                    : JsonNodeFactory.instance.arrayNode().add(inner);
        }
        return inner;
    }

    /// JSON no longer, or UTF-8 no longer.
    private static byte[] spoilt(byte[] bytes, RandomGenerator random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> out.write(bytes, 0, at);
            case 1 -> {
                out.write(bytes, 0, at);
                out.write(random.nextInt(256));
                out.write(bytes, at, bytes.length - at);
            }
            case 2 -> {
                out.write(bytes, 0, at);
                out.writeBytes(
                        new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff, (byte) 0xed, (byte) 0xa0, (byte) 0x80});
                out.write(bytes, at, bytes.length - at);
            }
            case 3 -> out.writeBytes("[".repeat(random.nextInt(500, 20_000)).getBytes(StandardCharsets.US_ASCII));
            case 4 -> {
                byte[] noise = new byte[random.nextInt(1, 300)];
                random.nextBytes(noise);
                out.writeBytes(noise);
            }
            default -> {
                out.writeBytes(bytes);
                out.writeBytes(bytes);
            }
        }
        return out.toByteArray();
    }
}
