package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.core.RequestOptions;
import com.openai.core.http.StreamResponse;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Texts, vectors and responses, to OpenAI's client for Java.
class OpenAiJavaTextsTest {
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
        // other client, and OpenAI's own parts have none, so the reason is the one thing put there before the check.
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

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .map(part -> part.asOutputText().text())
                .collect(Collectors.joining());
    }
}
