package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.RequestOptions;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ToolChoiceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OpenAI's own client for Java, as it is, which checks every reply against the shapes that it knows.
class OpenAiJavaClientTest {
    private static final String KEY = "key-of-the-test";

    @AutoClose
    private static TestServer server;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.Setup.demo().withKeys(KEY).start();
        client = client(server, KEY);
    }

    private static OpenAIClient client(TestServer of, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:" + of.port() + "/v1")
                .apiKey(key)
                .responseValidation(true)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    private static ChatCompletionCreateParams.Builder hello() {
        return ChatCompletionCreateParams.builder()
                .model("tiny")
                .addSystemMessage("You answer in one sentence.")
                .addUserMessage("Hello")
                .temperature(0)
                .maxCompletionTokens(24);
    }

    private static ChatCompletion streamed(ChatCompletionCreateParams params, List<ChatCompletionChunk> chunks) {
        return streamed(client, params, chunks);
    }

    private static ChatCompletion streamed(
            OpenAIClient by, ChatCompletionCreateParams params, List<ChatCompletionChunk> chunks) {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                by.chat().completions().createStreaming(params)) {
            stream.stream().peek(chunks::add).forEach(whole::accumulate);
        }
        return whole.chatCompletion();
    }

    @Test
    void chats() {
        ChatCompletion reply = client.chat()
                .completions()
                .create(hello().n(2).logprobs(true).topLogprobs(2).build());

        assertThat(reply.choices()).hasSize(2);
        assertThat(reply.choices().getFirst().message().content())
                .hasValueSatisfying(text -> assertThat(text).isNotBlank());
        assertThat(reply.choices().getFirst().logprobs().orElseThrow().content().orElseThrow())
                .isNotEmpty()
                .allSatisfy(token -> assertThat(token.topLogprobs()).hasSize(2));
        assertThat(reply.usage())
                .hasValueSatisfying(usage ->
                        assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens()));
    }

    @Test
    void streamsWhatItSendsWhole() {
        ChatCompletion whole = client.chat().completions().create(hello().build());
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        ChatCompletion streamed = streamed(
                hello().streamOptions(ChatCompletionStreamOptions.builder()
                                .includeUsage(true)
                                .build())
                        .build(),
                chunks);

        assertThat(streamed.choices().getFirst().message().content())
                .isEqualTo(whole.choices().getFirst().message().content());
        assertThat(streamed.choices().getFirst().finishReason())
                .isEqualTo(whole.choices().getFirst().finishReason());
        assertThat(chunks)
                .hasSizeGreaterThan(4)
                .allSatisfy(chunk ->
                        assertThat(chunk.id()).isEqualTo(chunks.getFirst().id()));
        assertThat(chunks.getLast().usage().orElseThrow().completionTokens())
                .isEqualTo(whole.usage().orElseThrow().completionTokens());
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
                onlyCall(streamed(withTool().build(), new ArrayList<>()));
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
            OpenAIClient by = client(other, "any");
            String written = "<think>\\nHm.\\n</think>\\n\\n<tool_call>\\n{\\\"name\\\": \\\"weather\\\", "
                    + "\\\"arguments\\\": {\\\"city\\\": \\\"Lund\\\"}}\\n</tool_call>";
            ChatCompletionCreateParams params = withTool()
                    .toolChoice(ChatCompletionToolChoiceOption.Auto.AUTO)
                    .maxCompletionTokens(200)
                    .putAdditionalBodyProperty("grammar", JsonValue.from("root ::= \"" + written + "\""))
                    .build();
            ChatCompletion reply = by.chat().completions().create(params);
            assertThat(onlyCall(reply).function().arguments()).isEqualTo("{\"city\":\"Lund\"}");
            ChatCompletion streamed = streamed(by, params, new ArrayList<>());
            assertThat(onlyCall(streamed).function()).isEqualTo(onlyCall(reply).function());
            by.close();
        }
    }

    /// A class that the client makes a schema of, and reads the answer into.
    public static class Ticket {
        public Urgency urgency = Urgency.LOW;
        public boolean isOpen;
    }

    /// What a ticket says.
    public enum Urgency {
        LOW,
        HIGH
    }

    @Test
    void answersByASchema() {
        Ticket ticket = client.chat()
                .completions()
                .create(hello().maxCompletionTokens(80)
                        .responseFormat(Ticket.class)
                        .build())
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();
        assertThat(ticket.urgency).isIn(Urgency.LOW, Urgency.HIGH);

        ResponseFormatJsonSchema.JsonSchema schema = ResponseFormatJsonSchema.JsonSchema.builder()
                .name("answer")
                .strict(true)
                .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                        .putAdditionalProperty("enum", JsonValue.from(List.of("yes", "no")))
                        .build())
                .build();
        ChatCompletion reply = client.chat()
                .completions()
                .create(hello().responseFormat(ResponseFormatJsonSchema.builder()
                                .jsonSchema(schema)
                                .build())
                        .build());
        assertThat(reply.choices().getFirst().message().content().orElseThrow()).isIn("\"yes\"", "\"no\"");
    }

    @Test
    void completesTexts() {
        CompletionCreateParams params = CompletionCreateParams.builder()
                .model("tiny")
                .prompt("The office")
                .temperature(0)
                .maxTokens(6)
                .logprobs(2)
                .build();
        Completion whole = client.completions().create(params);

        assertThat(whole.choices().getFirst().logprobs().orElseThrow().tokenLogprobs())
                .hasValueSatisfying(logprobs -> assertThat(logprobs).hasSize(6).allMatch(logprob -> logprob <= 0));
        // Its check of whole answers wants a reason in each part as well. A part that has one ends the text to every
        // other
        // client, and OpenAI's own parts have none, so the reason is the one thing that is put there before the check.
        RequestOptions unchecked =
                RequestOptions.builder().responseValidation(false).build();
        List<Completion> parts;
        try (StreamResponse<Completion> stream = client.completions().createStreaming(params, unchecked)) {
            parts = stream.stream().toList();
        }
        assertThat(parts)
                .hasSizeGreaterThan(2)
                .allSatisfy(part -> withReason(part).validate());
        assertThat(parts.subList(0, parts.size() - 1))
                .allMatch(part -> part.choices().getFirst()._finishReason().isNull());
        assertThat(parts.getLast().choices().getFirst().finishReason())
                .isEqualTo(whole.choices().getFirst().finishReason());
        assertThat(parts.stream().map(part -> part.choices().getFirst().text()).collect(Collectors.joining()))
                .isEqualTo(whole.choices().getFirst().text());
    }

    private static Completion withReason(Completion part) {
        return part.toBuilder()
                .choices(part.choices().stream()
                        .map(choice -> choice._finishReason().isNull()
                                ? choice.toBuilder()
                                        .finishReason(CompletionChoice.FinishReason.STOP)
                                        .build()
                                : choice)
                        .toList())
                .build();
    }

    @Test
    void embedsTexts() {
        EmbeddingCreateParams.Builder params = EmbeddingCreateParams.builder()
                .model("tiny")
                .inputOfArrayOfStrings(List.of("The office", "Rain in Lund"));
        CreateEmbeddingResponse asAsked = client.embeddings().create(params.build());
        CreateEmbeddingResponse asNumbers = client.embeddings()
                .create(params.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                        .build());

        assertThat(asAsked.data()).hasSize(2);
        for (int i = 0; i < 2; i++) {
            List<Float> vector = asAsked.data().get(i).embedding();
            assertThat(vector).isEqualTo(asNumbers.data().get(i).embedding());
            assertThat(vector.stream().mapToDouble(element -> element * element).sum())
                    .isCloseTo(1, within(1e-4));
        }
        assertThat(asAsked.usage().totalTokens()).isPositive();
    }

    @Test
    void listsModels() {
        List<Model> models = client.models().list().data();
        assertThat(models).singleElement().satisfies(model -> {
            assertThat(model.id()).isEqualTo("tiny");
            assertThat(client.models().retrieve("tiny")).isEqualTo(model);
        });
    }

    @Test
    void answersResponses() {
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model("tiny")
                .instructions("You answer in one sentence.")
                .input("Hello")
                .temperature(0)
                .maxOutputTokens(24)
                .build();
        Response whole = client.responses().create(params);
        String text = text(whole);
        assertThat(text).isNotBlank();

        StringBuilder deltas = new StringBuilder();
        List<Response> last = new ArrayList<>();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
            stream.stream().forEach(event -> {
                event.outputTextDelta().ifPresent(delta -> deltas.append(delta.delta()));
                event.completed().ifPresent(end -> last.add(end.response()));
                event.incomplete().ifPresent(end -> last.add(end.response()));
            });
        }
        assertThat(deltas).hasToString(text);
        assertThat(last)
                .singleElement()
                .satisfies(response -> assertThat(text(response)).isEqualTo(text));
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

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .map(part -> part.asOutputText().text())
                .collect(Collectors.joining());
    }

    @Test
    void tellsWhatIsWrong() {
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(hello().model("nobody").build()))
                .isInstanceOfSatisfying(NotFoundException.class, e -> {
                    assertThat(e.code()).contains("model_not_found");
                    assertThat(e.param()).contains("model");
                });
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(hello().addUserMessage("word ".repeat(5_000)).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.code()).contains("context_length_exceeded"));
        assertThatThrownBy(() -> streamed(hello().temperature(7).build(), new ArrayList<>()))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("temperature");
                    assertThat(e.type()).contains("invalid_request_error");
                });
        OpenAIClient stranger = client(server, "wrong");
        assertThatThrownBy(() -> stranger.models().list())
                .isInstanceOfSatisfying(
                        UnauthorizedException.class, e -> assertThat(e.type()).contains("authentication_error"));
        stranger.close();
    }
}
