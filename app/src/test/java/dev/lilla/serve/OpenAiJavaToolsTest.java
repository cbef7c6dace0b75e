package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ToolChoiceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tools, to OpenAI's client for Java.
class OpenAiJavaToolsTest {
    @AutoClose
    private static OpenAiJava openAi;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        openAi = OpenAiJava.start();
        client = openAi.client();
    }

    private static ChatCompletionCreateParams.Builder withTool() {
        FunctionParameters parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty(
                        "properties",
                        JsonValue.from(Map.of("city", Map.of("type", "string", "enum", List.of("Lund", "Kiruna")))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                .build();
        return ChatCompletionCreateParams.builder()
                .model("tiny")
                .addUserMessage("What is the weather in Lund?")
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name("weather")
                                .description("The weather of a city")
                                .parameters(parameters)
                                .strict(true)
                                .build())
                        .build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .temperature(0)
                .maxCompletionTokens(60);
    }

    private static ChatCompletionMessageFunctionToolCall onlyCall(ChatCompletion reply) {
        ChatCompletion.Choice choice = reply.choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        return choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    }

    @Test
    void callsToolsAndTakesTheirResults() {
        ChatCompletion reply = client.chat().completions().create(withTool().build());
        ChatCompletionMessageFunctionToolCall call = onlyCall(reply);

        assertThat(call.function().name()).isEqualTo("weather");
        assertThat(TestServer.json(call.function().arguments()).get("city").asString())
                .isIn("Lund", "Kiruna");
        ChatCompletionMessageFunctionToolCall streamed =
                onlyCall(OpenAiJava.streamed(client, withTool().build(), new ArrayList<>()));
        assertThat(streamed.function()).isEqualTo(call.function());

        ChatCompletion after = client.chat()
                .completions()
                .create(withTool()
                        .addMessage(reply.choices().getFirst().message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("Rain")
                                .build())
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.NONE)
                        .build());
        assertThat(after.choices().getFirst().message().content()).isPresent();
        assertThat(after.choices().getFirst().message().toolCalls().orElse(List.of()))
                .isEmpty();
    }

    @Test
    void callsToolsThatTheModelChooses(@TempDir Path folder) throws IOException {
        try (TestServer other = TestServer.Setup.demo()
                .withModel(TemplateModel.in(folder, "Qwen-Qwen3-0.6B"))
                .start()) {
            OpenAIClient by = OpenAiJava.client(other, "any");
            String written = "<think>\\nHm.\\n</think>\\n\\n<tool_call>\\n{\\\"name\\\": \\\"weather\\\", "
                    + "\\\"arguments\\\": {\\\"city\\\": \\\"Lund\\\"}}\\n</tool_call>";
            ChatCompletionCreateParams params = withTool()
                    .toolChoice(ChatCompletionToolChoiceOption.Auto.AUTO)
                    .maxCompletionTokens(200)
                    .putAdditionalBodyProperty("grammar", JsonValue.from("root ::= \"" + written + "\""))
                    .build();
            ChatCompletion reply = by.chat().completions().create(params);
            assertThat(onlyCall(reply).function().arguments()).isEqualTo("{\"city\":\"Lund\"}");
            ChatCompletion streamed = OpenAiJava.streamed(by, params, new ArrayList<>());
            assertThat(onlyCall(streamed).function()).isEqualTo(onlyCall(reply).function());
            by.close();
        }
    }

    @Test
    void callsToolsInResponses() {
        FunctionTool tool = FunctionTool.builder()
                .name("light")
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("on", Map.of("type", "boolean"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("on")))
                        .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                        .build())
                .strict(true)
                .build();
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model("tiny")
                .input("Switch the light on")
                .addTool(tool)
                .toolChoice(ToolChoiceOptions.REQUIRED)
                .temperature(0)
                .build();
        ResponseFunctionToolCall call =
                client.responses().create(params).output().getFirst().asFunctionCall();
        assertThat(call.name()).isEqualTo("light");
        assertThat(TestServer.json(call.arguments()).get("on").isBoolean()).isTrue();

        StringBuilder deltas = new StringBuilder();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
            stream.stream()
                    .flatMap(event -> event.functionCallArgumentsDelta().stream())
                    .forEach(delta -> deltas.append(delta.delta()));
        }
        assertThat(deltas).hasToString(call.arguments());
    }
}
