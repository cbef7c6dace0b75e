package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.models.Model;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Chats, models and errors, to OpenAI's client for Java.
class OpenAiJavaClientTest {
    @AutoClose
    private static OpenAiJava openAi;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        openAi = OpenAiJava.start();
        client = openAi.client();
    }

    @Test
    void chats() {
        ChatCompletion reply = client.chat()
                .completions()
                .create(OpenAiJava.hello().n(2).logprobs(true).topLogprobs(2).build());

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
        ChatCompletion whole =
                client.chat().completions().create(OpenAiJava.hello().build());
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        ChatCompletion streamed = OpenAiJava.streamed(
                client,
                OpenAiJava.hello()
                        .streamOptions(ChatCompletionStreamOptions.builder()
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
                .create(OpenAiJava.hello()
                        .maxCompletionTokens(80)
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
                .create(OpenAiJava.hello()
                        .responseFormat(ResponseFormatJsonSchema.builder()
                                .jsonSchema(schema)
                                .build())
                        .build());
        assertThat(reply.choices().getFirst().message().content().orElseThrow()).isIn("\"yes\"", "\"no\"");
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
    void tellsWhatIsWrong() {
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(OpenAiJava.hello().model("nobody").build()))
                .isInstanceOfSatisfying(NotFoundException.class, e -> {
                    assertThat(e.code()).contains("model_not_found");
                    assertThat(e.param()).contains("model");
                });
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(OpenAiJava.hello()
                                .addUserMessage("word ".repeat(5_000))
                                .build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.code()).contains("context_length_exceeded"));
        assertThatThrownBy(() -> OpenAiJava.streamed(
                        client, OpenAiJava.hello().temperature(7).build(), new ArrayList<>()))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("temperature");
                    assertThat(e.type()).contains("invalid_request_error");
                });
        OpenAIClient stranger = openAi.strangersClient();
        assertThatThrownBy(() -> stranger.models().list())
                .isInstanceOfSatisfying(
                        UnauthorizedException.class, e -> assertThat(e.type()).contains("authentication_error"));
        stranger.close();
    }
}
