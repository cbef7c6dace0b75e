package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Requests that are wrong get a status and a body that says which field is at fault.
class RefusalsTest {
    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    temperature | "hot" | temperature
                    temperature | 2.1 | temperature
                    temperature | -0.1 | temperature
                    temperature | 1e999 | temperature
                    top_p | 1.5 | top_p
                    top_k | 1.5 | top_k
                    n | 0 | n
                    n | 1000000 | n
                    stop | [""] | stop
                    stop | [1] | stop[0]
                    max_tokens | 0 | max_tokens
                    max_tokens | -1 | max_tokens
                    max_completion_tokens | 99999999999 | max_completion_tokens
                    presence_penalty | 3 | presence_penalty
                    repeat_penalty | 0 | repeat_penalty
                    seed | 1.5 | seed
                    seed | 123456789012345678901234567890 | seed
                    logit_bias | {"99999": 1} | logit_bias.99999
                    logit_bias | {"x": 1} | logit_bias.x
                    logit_bias | {"5": 101} | logit_bias.5
                    logit_bias | [1] | logit_bias
                    top_logprobs | 3 | top_logprobs
                    stream | 1 | stream
                    stream_options | true | stream_options
                    response_format | {"type": "xml"} | response_format.type
                    response_format | {"type": "json_schema", "json_schema": {}} | response_format.json_schema.schema
                    response_format | {"type": "json_schema", "json_schema": {"schema": {"not": {}}}} | response_format
                    response_format | {"type": "json_schema", "json_schema": {"schema": 1}} | response_format.json_schema.schema
                    response_format | {} | response_format.type
                    json_schema | {"type": "object", "if": {}} | json_schema
                    grammar | "root ::= a" | grammar
                    grammar | "answer ::= [a-z]" | grammar
                    regex | "(a" | regex
                    regex | "(?=a)b" | regex
                    guided_json | {"type": "object"} | guided_json
                    guided_regex | "a" | guided_regex
                    structured_outputs | {"regex": "a"} | structured_outputs
                    lora | [{"id": 0, "scale": 1}] | lora
                    tools | [{"type": "function"}] | tools[0].function
                    tools | [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "if": {}}}}] | tools
                    messages | [] | messages
                    messages | "Hello" | messages
                    messages | [{"role": "user"}] | messages[0].content
                    messages | [{"role": "king", "content": "a"}] | messages[0].role
                    messages | [{"role": "user", "content": [{"type": "image_url"}]}] | messages[0].content[0].type
                    """)
    void aFieldThatIsWrong(String field, String value, String param) throws Exception {
        String messages = field.equals("messages") ? "" : "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],";
        HttpResponse<String> response =
                server.post("/v1/chat/completions", "{" + messages + "\"" + field + "\":" + value + "}");

        JsonNode error = TestServer.json(response.body()).get("error");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
        assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.get("param").asString()).isEqualTo(param);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "required" | {"type": "object", "patternProperties": {}} | tools
                    "perhaps" | {} | tool_choice
                    {"type": "function", "function": {"name": "g"}} | {} | tool_choice.function.name
                    {"type": "function"} | {} | tool_choice.name
                    """)
    void aToolThatCanNotBeMadeToBeCalled(String choice, String parameters, String param) throws Exception {
        HttpResponse<String> response = server.post(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tool_choice\":" + choice + ",\"tools\":"
                        + "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":" + parameters
                        + "}}]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"param\":\"" + param + "\"");
    }

    @Test
    void twoFormsAtOnce() throws Exception {
        HttpResponse<String> response =
                server.post("/v1/completions", "{\"prompt\":\"a\",\"json_schema\":{},\"grammar\":\"root ::= [a-z]\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("exclude each other");
    }

    @Test
    void aConversationThatTheContextHasNoRoomFor() throws Exception {
        String long_ = "many words ".repeat(600);
        HttpResponse<String> chat = server.post(
                "/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"" + long_ + "\"}]}");
        HttpResponse<String> text = server.post("/v1/completions", "{\"prompt\":\"" + long_ + "\"}");

        assertThat(chat.statusCode()).isEqualTo(400);
        assertThat(chat.body()).contains("\"code\":\"context_length_exceeded\"", "512", "\"param\":\"messages\"");
        assertThat(text.statusCode()).isEqualTo(400);
        assertThat(text.body()).contains("\"code\":\"context_length_exceeded\"", "\"param\":\"prompt\"");
    }

    @Test
    void aModelThatIsNotHere() throws Exception {
        HttpResponse<String> response = server.post(
                "/v1/chat/completions", "{\"model\":\"gpt-9\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("\"code\":\"model_not_found\"", "tiny");
        assertThat(server.get("/v1/models/a/b").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    `` | 400
                    {  | 400
                    {] | 400
                    [] | 400
                    "a" | 400
                    {"a":1} {"b":2} | 400
                    {"messages":1,"messages":2} | 400
                    {"a":'b'} | 400
                    {"a":NaN} | 400
                    """)
    void aBodyThatIsNoJsonObject(String body, int status) throws Exception {
        HttpResponse<String> response = server.post("/v1/chat/completions", body);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body())
                .startsWith("{\"error\":{\"message\":\"the body ")
                .doesNotContain("Source", "missing");
    }

    @Test
    void aBodyThatIsTooDeepOrHasHugeNumbers() throws Exception {
        String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        String huge = "{\"seed\":" + "9".repeat(5000) + "}";
        for (String body : new String[] {deep, huge}) {
            HttpResponse<String> response = server.post("/v1/completions", body);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body())
                    .contains("exceeds the maximum allowed (100)")
                    .doesNotContain("Constraints");
        }
    }

    @Test
    void aPromptOfForeignTokens() throws Exception {
        HttpResponse<String> response = server.post("/v1/completions", "{\"prompt\":[[1,2],[3,99999]]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"param\":\"prompt[1][1]\"");
        assertThat(server.post("/v1/completions", "{}").body()).contains("prompt is missing");
        assertThat(server.post("/v1/completions", "{\"prompt\":\"a\",\"suffix\":\"b\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.post("/v1/completions", "{\"prompt\":\"a\",\"n\":2,\"best_of\":1}")
                        .statusCode())
                .isEqualTo(400);
    }
}
