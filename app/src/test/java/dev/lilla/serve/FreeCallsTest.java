package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Calls of tools that a model makes of its own accord, and thoughts, over the wire, with the chat templates of real
/// models.
class FreeCallsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String TOOLS = "[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":"
            + "\"Tells the weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"Lund\","
            + "\"Kiruna\"]},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":3}},\"required\":[\"city\","
            + "\"days\"],\"additionalProperties\":false}}}]";

    @TempDir
    Path folder;

    private TestServer serve(String template, String... marks) throws Exception {
        return TestServer.Setup.demo()
                .withModel(TemplateModel.in(folder, template, marks))
                .start();
    }

    private static ObjectNode question() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("messages").addObject().put("role", "user").put("content", "Weather in Lund?");
        body.set("tools", TestServer.json(TOOLS));
        // Some templates begin a thought otherwise, in which nothing is called.
        body.putObject("chat_template_kwargs").put("enable_thinking", false);
        return body.put("max_tokens", 200).put("seed", 1);
    }

    /// A request whose answer is a text, word for word.
    private static ObjectNode answered(String text) {
        String literal = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return question().put("grammar", "root ::= \"" + literal + "\"");
    }

    private static String joined(List<JsonNode> chunks, String field) {
        return chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/" + field).asString(""))
                .collect(Collectors.joining());
    }

    private static String finish(List<JsonNode> chunks) {
        return chunks.getLast().at("/choices/0/finish_reason").asString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '^', quoteCharacter = '`', textBlock = """
            Qwen-Qwen3-0.6B ^ <tool_call>~{"name": "weather", "arguments": {"city": "Lund", "days": 2}}~</tool_call>
            Hermes-2-Pro ^ <tool_call>~{"arguments": {"city": "Lund", "days": 2}, "name": "weather"}~</tool_call>
            Llama-3.2-3B ^ {"name": "weather", "parameters": {"city": "Lund", "days": 2}}
            Llama-3.1-8B ^ <|python_tag|>{"name": "weather", "parameters": {"city": "Lund", "days": 2}}
            Mistral-Nemo ^ [TOOL_CALLS][{"name": "weather", "arguments": {"city": "Lund", "days": 2}}]
            Ministral-3 ^ [TOOL_CALLS]weather[ARGS]{"city": "Lund", "days": 2}
            Qwen3.5-4B ^ <tool_call>~<function=weather>~<parameter=city>~Lund~</parameter>~<parameter=days>~2~</parameter>~</function>~</tool_call>
            NVIDIA-Nemotron-3 ^ <tool_call>~<function=weather>~<parameter=city>~Lund~</parameter>~<parameter=days>~2~</parameter>~</function>~</tool_call>
            GLM-4.7 ^ <tool_call>weather<arg_key>city</arg_key><arg_value>Lund</arg_value><arg_key>days</arg_key><arg_value>2</arg_value></tool_call>
            moonshotai-Kimi-K2 ^ <|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>{"city": "Lund", "days": 2}<|tool_call_end|><|tool_calls_section_end|>
            Phi-3.5 ^ <tool_call>{"name": "weather", "arguments": {"city": "Lund", "days": 2}}</tool_call>
            gemma-2 ^ {"name": "weather", "arguments": {"city": "Lund", "days": 2}}
            gemma-4 ^ <|tool_call>call:weather{city:<|"|>Lund<|"|>,days:2}<tool_call|>
            DeepSeek-V3.1 ^ <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{"city": "Lund", "days": 2}<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            DeepSeek-R1-Distill ^ </think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather~```json~{"city": "Lund", "days": 2}~```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
            GigaChat3-10B ^ <|message_sep|>~~function call<|role_sep|>~{"name": "weather", "arguments": {"city": "Lund", "days": 2}}<|message_sep|>
            GigaChat3.1 ^ <|function_call|>{"name": "weather", "arguments": {"city": "Lund", "days": 2}}
            """)
    void areReadAsEachFamilyWritesThem(String template, String written) throws Exception {
        try (TestServer server = serve(template)) {
            ObjectNode body = answered(written.replace("~", "\n"));
            JsonNode choice = server.ask(CHAT, body.toString()).at("/choices/0");

            assertThat(choice.get("finish_reason").asString()).isEqualTo("tool_calls");
            assertThat(choice.at("/message/content").isNull()).isTrue();
            JsonNode call = choice.at("/message/tool_calls/0");
            assertThat(call.propertyNames()).containsExactly("id", "type", "function");
            assertThat(call.at("/function/name").asString()).isEqualTo("weather");
            assertThat(call.at("/function/arguments").asString()).isEqualTo("{\"city\":\"Lund\",\"days\":2}");

            List<JsonNode> chunks = server.stream(CHAT, body.put("stream", true).toString());
            assertThat(joined(chunks, "content")).isEmpty();
            assertThat(joined(chunks, "tool_calls/0/function/name")).isEqualTo("weather");
            assertThat(joined(chunks, "tool_calls/0/function/arguments")).isEqualTo("{\"city\":\"Lund\",\"days\":2}");
            assertThat(finish(chunks)).isEqualTo("tool_calls");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '^', quoteCharacter = '`', textBlock = """
            <tool_call>~{"name": "weather", "arguments": {"city": "Rome", "days": 2}}~</tool_call>
            <tool_call>~{"name": "stocks", "arguments": {}}~</tool_call>
            <tool_call>~{"name": "weather", "arguments": {"city": "Lund"~</tool_call>
            """)
    void thatAreNoneAreText(String written) throws Exception {
        try (TestServer server = serve("Qwen-Qwen3-0.6B")) {
            String text = written.replace("~", "\n");
            ObjectNode body = answered(text);
            JsonNode choice = server.ask(CHAT, body.toString()).at("/choices/0");
            assertThat(choice.at("/message/content").asString()).isEqualTo(text);
            assertThat(choice.get("message").has("tool_calls")).isFalse();
            assertThat(choice.get("finish_reason").asString()).isEqualTo("stop");
            List<JsonNode> chunks = server.stream(CHAT, body.put("stream", true).toString());
            assertThat(joined(chunks, "content")).isEqualTo(text);
            assertThat(finish(chunks)).isEqualTo("stop");
        }
    }

    /// Random weights that are made to begin a call write one that the schema allows, and nothing else.
    @ParameterizedTest
    @CsvSource({
        "Qwen-Qwen3-0.6B,<tool_call>",
        "Mistral-Nemo,[TOOL_CALLS]",
        "Llama-3.1-8B,<|python_tag|>",
        "Qwen3.5-4B,<tool_call>",
        "GLM-4.7,<tool_call>",
        "GLM-5.2,<tool_call>",
        "moonshotai-Kimi-K2,<|tool_call_begin|>functions.weather:12<|tool_call_argument_begin|>",
        "DeepSeek-V3.1,<｜tool▁call▁begin｜>weather<｜tool▁sep｜>",
        "GigaChat3-10B,function call<|role_sep|>",
        "GigaChat3.1,<|function_call|>",
        "Phi-3.5,<tool_call>"
    })
    void areHeldToTheSchemaFromTheirOpeningOn(String template, String mark) throws Exception {
        try (TestServer server = serve(template, mark)) {
            int id = server.local().tokenizer().id(mark).orElseThrow();
            for (int seed = 0; seed < 5; seed++) {
                ObjectNode body = question().put("temperature", 2).put("seed", seed);
                body.putObject("logit_bias").put(Integer.toString(id), 100);
                requireCalls(server.ask(CHAT, body.toString()).at("/choices/0/message/tool_calls"));
            }
        }
    }

    /// The same where the call stands in a fence, behind a thought that the template has begun.
    @Test
    void areHeldToTheSchemaInAFence() throws Exception {
        String opening = "<｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n";
        try (TestServer server = serve("DeepSeek-R1-Distill-Llama", "</think>", opening)) {
            int thoughtEnd = server.local().tokenizer().id("</think>").orElseThrow();
            int callBegin = server.local().tokenizer().id(opening).orElseThrow();
            for (int seed = 0; seed < 5; seed++) {
                ObjectNode body = question().put("temperature", 2).put("seed", seed);
                body.putObject("logit_bias")
                        .put(Integer.toString(thoughtEnd), 100)
                        .put(Integer.toString(callBegin), 100);
                requireCalls(server.ask(CHAT, body.toString()).at("/choices/0/message/tool_calls"));
            }
        }
    }

    private static void requireCalls(JsonNode calls) {
        assertThat(calls.size()).isPositive();
        for (JsonNode call : calls) {
            JsonNode arguments = TestServer.json(call.at("/function/arguments").asString());
            assertThat(arguments.get("city").asString()).isIn("Lund", "Kiruna");
            assertThat(arguments.get("days").asInt()).isBetween(1, 3);
        }
    }

    @ParameterizedTest
    @CsvSource({"Phi-3.5,<|system|>", "gemma-2,<start_of_turn>user"})
    void areExplainedWhereATemplateKnowsNone(String template, String before) throws Exception {
        try (TestServer server = serve(template)) {
            String prompt = server.ask("/apply-template", question().toString())
                    .get("prompt")
                    .asString();
            assertThat(prompt)
                    .contains(before + "\nYou can call these functions:\n{\"name\":\"weather\"")
                    .contains("write <tool_call>{\"name\": the function");
            assertThat(prompt.indexOf("Weather in Lund?")).isGreaterThan(prompt.indexOf("<tool_call>"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '^', quoteCharacter = '`', textBlock = """
            DeepSeek-V3.1 ^ <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>%s<｜tool▁sep｜>%s<｜tool▁call▁end｜>
            DeepSeek-R1-Distill ^ <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>%s~```json~%s~```<｜tool▁call▁end｜>
            """)
    void areExplainedInItsOwnNotationWhereATemplateHasOne(String template, String call) throws Exception {
        try (TestServer server = serve(template)) {
            ObjectNode body = question();
            String made =
                    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                            + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"days\\\":7}\"}}]}";
            body.withArray("messages")
                    .add(TestServer.json(made))
                    .add(TestServer.json("{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"Sun\"}"));
            String prompt =
                    server.ask("/apply-template", body.toString()).get("prompt").asString();
            String lines = call.replace("~", "\n");
            assertThat(prompt)
                    .contains("You can call these functions:\n{\"name\":\"weather\"")
                    .contains("To call one, write " + lines.formatted("the function", "its arguments as JSON"))
                    .containsPattern(
                            Pattern.quote(lines.formatted("weather", "@")).replace("@", "\\E\\{\"days\": ?7}\\Q"))
                    .contains("Sun<｜tool▁output▁end｜>");
        }
    }

    @Test
    void haveTheIdsThatKimiGivesThem() throws Exception {
        try (TestServer server = serve("moonshotai-Kimi-K2")) {
            JsonNode call = server.ask(
                            CHAT,
                            answered("<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:3"
                                            + "<|tool_call_argument_begin|>{\"city\": \"Lund\", \"days\": 2}")
                                    .toString())
                    .at("/choices/0/message/tool_calls/0");
            assertThat(call.get("id").asString()).isEqualTo("functions.weather:3");
            assertThat(call.at("/function/name").asString()).isEqualTo("weather");
        }
    }

    @Test
    void comeAsObjectsFromOllama() throws Exception {
        try (TestServer server = serve("Qwen-Qwen3-0.6B", "<tool_call>")) {
            int id = server.local().tokenizer().id("<tool_call>").orElseThrow();
            ObjectNode body = question();
            body.put("model", "tiny").put("stream", false);
            ObjectNode options = body.putObject("options").put("num_predict", 80);
            options.putObject("logit_bias").put(Integer.toString(id), 100);
            JsonNode message = server.ask("/api/chat", body.toString()).get("message");
            assertThat(message.at("/tool_calls/0/function/name").asString()).isEqualTo("weather");
            assertThat(message.at("/tool_calls/0/function/arguments/city").asString())
                    .isIn("Lund", "Kiruna");
            List<JsonNode> lines =
                    server.lines("/api/chat", body.put("stream", true).toString());
            assertThat(lines)
                    .anyMatch(line ->
                            line.at("/message/tool_calls/0/function/arguments").isObject());
            assertThat(lines.getLast().get("done").asBoolean()).isTrue();
        }
    }

    @Test
    void andTheirResultsReachTheTemplate() throws Exception {
        try (TestServer server = serve("Qwen-Qwen3-0.6B")) {
            String prompt = server.ask("/apply-template", """
                    {"messages": [{"role": "user", "content": "Rain?"},
                      {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
                        "function": {"name": "weather", "arguments": "{\\"city\\": \\"Lund\\"}"}}]},
                      {"role": "tool", "tool_call_id": "c1", "content": "Yes"}], "tools": %s}""".formatted(TOOLS))
                    .get("prompt")
                    .asString();
            assertThat(prompt)
                    .contains("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}\n</tool_call>")
                    .contains("<tool_response>\nYes\n</tool_response>")
                    .contains("Tells the weather");
        }
    }

    /// Mistral's template takes ids of nine characters, and those of Ollama's clients send none.
    @Test
    void haveIdsAsTheTemplateWantsThem() throws Exception {
        try (TestServer server = serve("Mistral-Nemo")) {
            String call = "{\"type\":\"function\",%s\"function\":{\"name\":\"weather\",\"arguments\":\"{}\"}}";
            String talk =
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"Rain?\"},{\"role\":\"assistant\",\"content\":"
                            + "null,\"tool_calls\":[" + call + "]},{\"role\":\"tool\",%s\"content\":\"Yes\"}]}";
            for (String ids : new String[] {"call_0123456789abcdef", "abc123DEF", ""}) {
                String id = ids.isEmpty() ? "" : "\"id\":\"" + ids + "\",";
                String body = talk.formatted(id, id.replace("id", "tool_call_id"));
                String prompt =
                        server.ask("/apply-template", body).get("prompt").asString();
                List<String> found = Pattern.compile("id\": \"([A-Za-z0-9]{9})\"")
                        .matcher(prompt)
                        .results()
                        .map(match -> match.group(1))
                        .toList();
                assertThat(found).hasSize(2);
                assertThat(found.getFirst()).isEqualTo(found.getLast());
            }
        }
    }

    @Test
    void thatCannotBeHeldToTheirSchemaAreRefused() throws Exception {
        try (TestServer server = serve("Qwen-Qwen3-0.6B")) {
            String body = question().toString().replace("\"minimum\":1", "\"multipleOf\":7");
            HttpResponse<String> response = server.post(CHAT, body);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(TestServer.json(response.body()).at("/error/code").asString())
                    .isEqualTo("unsupported_format");
        }
    }

    @Test
    void thoughtsStandBesideTheAnswer() throws Exception {
        try (TestServer server = serve("Qwen-Qwen3-0.6B")) {
            ObjectNode body = answered("<think>\nIt rains.\n</think>\n\nYes.");
            JsonNode reply = server.ask(CHAT, body.toString());
            JsonNode message = reply.at("/choices/0/message");
            assertThat(message.get("content").asString()).isEqualTo("Yes.");
            assertThat(message.get("reasoning_content").asString()).isEqualTo("It rains.");
            int thought = reply.at("/usage/completion_tokens_details/reasoning_tokens")
                    .asInt();
            assertThat(thought)
                    .isPositive()
                    .isLessThan(reply.at("/usage/completion_tokens").asInt());

            List<JsonNode> chunks = server.stream(
                    CHAT,
                    body.put("stream", true)
                            .set("stream_options", TestServer.json("{\"include_usage\":true}"))
                            .toString());
            assertThat(joined(chunks, "content")).isEqualTo("Yes.");
            assertThat(joined(chunks, "reasoning_content")).isEqualTo("It rains.");
            assertThat(chunks.getLast()
                            .at("/usage/completion_tokens_details/reasoning_tokens")
                            .asInt())
                    .isEqualTo(thought);
        }
    }

    /// The template of DeepSeek R1 ends prompts with `<think>`.
    @Test
    void thoughtsThatThePromptBeganAreThoughts() throws Exception {
        try (TestServer server = serve("DeepSeek-R1-Distill-Qwen")) {
            ObjectNode body = answered("It rains.\n</think>\n\nYes.");
            body.remove("tools");
            JsonNode message = server.ask(CHAT, body.toString()).at("/choices/0/message");
            assertThat(message.get("content").asString()).isEqualTo("Yes.");
            assertThat(message.get("reasoning_content").asString()).isEqualTo("It rains.");
            JsonNode response =
                    server.ask("/v1/responses", "{\"input\":\"Rain?\",\"max_output_tokens\":8,\"temperature\":0}");
            assertThat(response.at("/output/0/type").asString()).isEqualTo("reasoning");
            assertThat(response.at("/output/0/summary/0/type").asString()).isEqualTo("summary_text");
        }
    }

    @Test
    void thoughtsAreThinkingToOllama() throws Exception {
        try (TestServer server = serve("DeepSeek-R1-Distill-Qwen")) {
            String body = "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"Rain?\"}],"
                    + "\"options\":{\"num_predict\":8,\"seed\":1},\"stream\":";
            JsonNode message = server.ask("/api/chat", body + "false}").get("message");
            assertThat(message.get("content").asString()).isEmpty();
            assertThat(message.get("thinking").asString()).isNotEmpty();
            List<JsonNode> lines = server.lines("/api/chat", body + "true}");
            assertThat(lines.stream()
                            .map(line -> line.at("/message/thinking").asString(""))
                            .collect(Collectors.joining()))
                    .isEqualTo(message.get("thinking").asString());
            assertThat(server.ask("/api/show", "{\"model\":\"tiny\"}")
                            .get("capabilities")
                            .toString())
                    .contains("thinking");
            assertThat(server.post("/api/chat", body.replace("\"stream\":", "\"think\":true,\"stream\":") + "false}")
                            .statusCode())
                    .isEqualTo(200);
            JsonNode generated = server.ask(
                    "/api/generate",
                    "{\"model\":\"tiny\",\"prompt\":\"Rain?\",\"options\":{\"num_predict\":8},\"stream\":false}");
            assertThat(generated.get("thinking").asString()).isNotEmpty();
            assertThat(generated.get("response").asString()).isEmpty();
        }
    }
}
