package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class StructuredOutputTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"Lund\",\"Ystad\"]},"
                    + "\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}},\"required\":[\"city\",\"days\"],"
                    + "\"additionalProperties\":false}";
    private static final String TOOLS = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
            + "\"description\":\"The weather of a city\",\"parameters\":" + SCHEMA + "}},{\"type\":\"function\","
            + "\"function\":{\"name\":\"add\",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":"
            + "\"#/$defs/digit\"}},\"required\":[\"a\"],\"$defs\":{\"digit\":{\"enum\":[1,2]}}}}}]";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    private static String hello(String more) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"temperature\":1.5,\"seed\":5," + more + "}";
    }

    private static void requireForm(String text) {
        JsonNode value = TestServer.json(text);
        assertThat(value.propertyNames()).containsExactly("city", "days");
        assertThat(value.get("city").asString()).isIn("Lund", "Ystad");
        assertThat(value.get("days").asInt()).isBetween(1, 9);
    }

    @Test
    void isJsonThatASchemaAllows() throws Exception {
        String format =
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"trip\",\"strict\":true,"
                        + "\"schema\":" + SCHEMA + "}}";
        JsonNode whole = server.ask(PATH, hello(format + ",\"n\":3"));
        for (JsonNode choice : whole.get("choices")) {
            requireForm(choice.at("/message/content").asString());
            assertThat(choice.get("finish_reason").asString()).isEqualTo("stop");
        }
        List<JsonNode> chunks = server.stream(PATH, hello(format + ",\"stream\":true"));
        requireForm(chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/content").asString(""))
                .collect(Collectors.joining()));
    }

    @Test
    void isAskedForInLlamaCppsWaysToo() throws Exception {
        requireForm(server.ask("/completion", "{\"prompt\":\"a\",\"json_schema\":" + SCHEMA + "}")
                .get("content")
                .asString());
        requireForm(server.ask(PATH, hello("\"response_format\":{\"type\":\"json_object\",\"schema\":" + SCHEMA + "}"))
                .at("/choices/0/message/content")
                .asString());
        assertThat(server.ask(
                                "/v1/completions",
                                "{\"prompt\":\"a\",\"temperature\":2,\"max_tokens\":40,\"grammar\":\"root ::= (\\\"yes\\\" | \\\"no\\\") \\\"!\\\"\"}")
                        .at("/choices/0/text")
                        .asString())
                .isIn("yes!", "no!");
    }

    @Test
    void isATextThatARegularExpressionMatches() throws Exception {
        String regex = "\"regex\":\"(ja|nej), [0-9]{3}\"";
        assertThat(server.ask(PATH, hello(regex))
                        .at("/choices/0/message/content")
                        .asString())
                .matches("(ja|nej), [0-9]{3}");
        assertThat(server.ask("/completion", "{\"prompt\":\"a\",\"temperature\":2," + regex + "}")
                        .get("content")
                        .asString())
                .matches("(ja|nej), [0-9]{3}");
    }

    @Test
    void isAnyJsonObject() throws Exception {
        JsonNode reply = server.ask(PATH, hello("\"response_format\":{\"type\":\"json_object\"},\"max_tokens\":200"));

        String text = reply.at("/choices/0/message/content").asString();
        assertThat(text).startsWith("{");
        if (reply.at("/choices/0/finish_reason").asString().equals("stop")) {
            assertThat(TestServer.json(text).isObject()).isTrue();
        }
    }

    @Test
    void callsANamedTool() throws Exception {
        JsonNode reply = server.ask(
                PATH, hello(TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}"));

        assertThat(reply.at("/choices/0/message/content").isNull()).isTrue();
        JsonNode call = reply.at("/choices/0/message/tool_calls/0");
        assertThat(call.propertyNames()).containsExactly("id", "type", "function");
        assertThat(call.get("id").asString()).matches("call_[0-9a-f]{32}");
        assertThat(call.at("/function/name").asString()).isEqualTo("weather");
        requireForm(call.at("/function/arguments").asString());
        assertThat(reply.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
    }

    @Test
    void callsOneOfSeveralTools() throws Exception {
        for (int seed = 1; seed <= 6; seed++) {
            String more = TOOLS + ",\"tool_choice\":\"required\",\"user\":\"" + seed + "\"";
            JsonNode reply = server.ask(PATH, hello(more).replace("\"seed\":5", "\"seed\":" + seed));
            JsonNode function = reply.at("/choices/0/message/tool_calls/0/function");
            String arguments = function.get("arguments").asString();
            if (function.get("name").asString().equals("add")) {
                assertThat(TestServer.json(arguments).get("a").asInt()).isBetween(1, 2);
            } else {
                assertThat(function.get("name").asString()).isEqualTo("weather");
                requireForm(arguments);
            }
        }
    }

    @Test
    void streamsACallInParts() throws Exception {
        String more = TOOLS + ",\"tool_choice\":\"required\"";
        JsonNode whole = server.ask(PATH, hello(more)).at("/choices/0/message/tool_calls/0/function");
        List<JsonNode> chunks = server.stream(PATH, hello(more + ",\"stream\":true"));

        List<JsonNode> calls = chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls.getFirst().propertyNames()).containsExactly("index", "id", "type", "function");
        assertThat(calls.getFirst().at("/function/name")).isEqualTo(whole.get("name"));
        assertThat(calls.getFirst().at("/function/arguments").asString()).isEmpty();
        assertThat(calls.get(1).toString()).startsWith("{\"index\":0,\"function\":{\"arguments\":\"");
        assertThat(calls.stream()
                        .map(call -> call.at("/function/arguments").asString())
                        .collect(Collectors.joining()))
                .isEqualTo(whole.get("arguments").asString());
        assertThat(chunks.getLast().at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
    }

    @Test
    void tellsTheModelOfItsTools() throws Exception {
        String prompt = server.ask("/apply-template", hello(TOOLS + ",\"tool_choice\":\"required\""))
                .get("prompt")
                .asString();

        assertThat(prompt).contains("<|system|>", "The weather of a city", "\"add\"", "<|user|>Hello");
    }
}
