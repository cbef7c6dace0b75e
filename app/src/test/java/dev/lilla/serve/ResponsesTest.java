package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ResponsesTest {
    private static final String PATH = "/v1/responses";
    private static final String TOOL =
            "\"tools\":[{\"type\":\"function\",\"name\":\"pick\",\"parameters\":{\"type\":\"object\","
                    + "\"properties\":{\"a\":{\"enum\":[1,2]}},\"required\":[\"a\"]}}],\"tool_choice\":\"required\"";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    private static String chat(String messages) throws Exception {
        return server.ask(
                        "/v1/chat/completions", "{\"messages\":[" + messages + "],\"temperature\":0,\"max_tokens\":8}")
                .at("/choices/0/message/content")
                .asString();
    }

    @Test
    void answersTextAsAChatDoes() throws Exception {
        JsonNode reply = server.ask(
                PATH,
                "{\"input\":\"Hello\",\"instructions\":\"Be brief.\",\"temperature\":0,\"max_output_tokens\":8,\"store\":true}");

        assertThat(reply.get("id").asString()).startsWith("resp_");
        assertThat(reply.get("object").asString()).isEqualTo("response");
        assertThat(reply.get("status").asString()).isEqualTo("incomplete");
        assertThat(reply.at("/incomplete_details/reason").asString()).isEqualTo("max_output_tokens");
        assertThat(reply.at("/output/0").propertyNames()).containsExactly("type", "id", "status", "role", "content");
        assertThat(reply.at("/output/0/content/0").toString())
                .isEqualTo("{\"type\":\"output_text\",\"text\":\""
                        + chat(
                                "{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hello\"}")
                        + "\",\"annotations\":[]}");
        assertThat(reply.at("/usage/output_tokens").asInt()).isEqualTo(8);
        assertThat(reply.at("/usage/total_tokens").asInt())
                .isEqualTo(reply.at("/usage/input_tokens").asInt() + 8);
    }

    @Test
    void readsItems() throws Exception {
        JsonNode reply = server.ask(
                PATH,
                "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Hello\"}]},"
                        + "{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"output_text\",\"text\":\"Hi\"}]},{\"role\":\"user\",\"content\":\"Well?\"}],"
                        + "\"temperature\":0,\"max_output_tokens\":8}");

        assertThat(reply.at("/output/0/content/0/text").asString())
                .isEqualTo(chat("{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":\"Hi\"},"
                        + "{\"role\":\"user\",\"content\":\"Well?\"}"));
    }

    private static List<JsonNode> events(String body) throws Exception {
        HttpResponse<String> response = server.post(PATH, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<JsonNode> events = new ArrayList<>();
        for (String frame : response.body().split("\n\n")) {
            String[] lines = frame.split("\n");
            assertThat(lines).hasSize(2);
            JsonNode event = TestServer.json(lines[1].substring("data: ".length()));
            assertThat(lines[0]).isEqualTo("event: " + event.get("type").asString());
            assertThat(event.get("sequence_number").asInt()).isEqualTo(events.size());
            events.add(event);
        }
        return events;
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.get("type").asString())
                .distinct()
                .toList();
    }

    @Test
    void streamsNumberedEvents() throws Exception {
        List<JsonNode> events =
                events("{\"input\":\"Hello\",\"temperature\":0,\"max_output_tokens\":8,\"stream\":true}");

        assertThat(types(events))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.incomplete");
        String text = chat("{\"role\":\"user\",\"content\":\"Hello\"}");
        assertThat(events.stream()
                        .map(event -> event.path("delta").asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo(text);
        assertThat(events.getLast().at("/response/output/0/content/0/text").asString())
                .isEqualTo(text);
        assertThat(events.getFirst().at("/response/usage").isNull()).isTrue();
    }

    @Test
    void callsATool() throws Exception {
        JsonNode reply = server.ask(PATH, "{\"input\":\"Hello\"," + TOOL + "}");
        List<JsonNode> events = events("{\"input\":\"Hello\"," + TOOL + ",\"stream\":true}");

        assertThat(reply.get("status").asString()).isEqualTo("completed");
        assertThat(reply.at("/output/0").propertyNames())
                .containsExactly("type", "id", "status", "call_id", "name", "arguments");
        assertThat(TestServer.json(reply.at("/output/0/arguments").asString())
                        .get("a")
                        .asInt())
                .isBetween(1, 2);
        assertThat(types(events))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        assertThat(events.getLast().at("/response/output/0/name").asString()).isEqualTo("pick");
    }

    @Test
    void takesTheResultOfACall() throws Exception {
        JsonNode reply = server.ask(
                PATH,
                "{\"input\":[{\"role\":\"user\",\"content\":\"Hello\"},{\"type\":\"function_call\",\"call_id\":\"c1\","
                        + "\"name\":\"pick\",\"arguments\":\"{}\"},{\"type\":\"function_call_output\",\"call_id\":\"c1\","
                        + "\"output\":\"2\"}],\"max_output_tokens\":4}");

        assertThat(reply.at("/output/0/type").asString()).isEqualTo("message");
    }

    @Test
    void holdsTextToASchema() throws Exception {
        JsonNode reply = server.ask(
                PATH,
                "{\"input\":\"Hello\",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"schema\":"
                        + "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]}}}}");

        assertThat(TestServer.json(reply.at("/output/0/content/0/text").asString())
                        .toString())
                .isEqualTo("{\"a\":1}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "input": "a", "previous_response_id": "resp_1" | previous_response_id
                    "input": "a", "background": true | background
                    "input": "a", "tools": [{"type": "web_search"}] | tools[0].type
                    "input": [{"type": "item_reference", "id": "a"}] | input[0].type
                    "input": [{"role": "user", "content": [{"type": "input_image"}]}] | input[0].content[0].type
                    "instructions": "a" | input
                    """)
    void areRefusedNamingTheField(String body, String param) throws Exception {
        HttpResponse<String> response = server.post(PATH, "{" + body + "}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"param\":\"" + param + "\"");
    }
}
