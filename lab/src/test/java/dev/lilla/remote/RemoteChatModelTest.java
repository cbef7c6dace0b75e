package dev.lilla.remote;

import static dev.lilla.StubProvider.Reply.error;
import static dev.lilla.StubProvider.Reply.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.StubProvider;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.SamplerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// What a provider is asked, to the byte, and what comes of its answer.
class RemoteChatModelTest {
    @AutoClose
    private final RemoteQuestions far = new RemoteQuestions();

    @ParameterizedTest
    @EnumSource
    void givesTheAnswerWithItsTokensAndTimes(RemoteApi api) {
        List<String> pieces = new ArrayList<>();
        ChatResponse response = far.ask(api, RemoteQuestions.question(), pieces::add);

        assertThat(response.text()).isEqualTo("You said: the patient is called ada. å😀");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(pieces).hasSize(8);
        assertThat(String.join("", pieces)).isEqualTo(response.text());
        assertThat(response.usage().promptTokens()).isEqualTo(api == RemoteApi.OPENAI ? 10 : 13);
        assertThat(response.usage().cachedTokens()).isEqualTo(api == RemoteApi.OPENAI ? 2 : 3);
        assertThat(response.usage().completionTokens()).isEqualTo(8);
        assertThat(response.usage().prompt()).isPositive();
        assertThat(far.stub().asked()).hasSize(1);
    }

    @Test
    void speaksOpenAisFormat() {
        far.ask(RemoteApi.OPENAI);
        StubProvider.Asked asked = far.stub().asked().getFirst();
        JsonNode body = asked.body();
        assertThat(asked.path()).isEqualTo("/v1/chat/completions");
        assertThat(asked.headers()).containsEntry("authorization", "Bearer " + StubProvider.KEY);
        assertThat(body.toString())
                .isEqualTo("{\"model\":\"big-1\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                        + "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
                        + "\"content\":\"" + RemoteQuestions.SECRET + "\"}],\"max_tokens\":7,\"stop\":[\"END\"],"
                        + "\"temperature\":0.0}");
    }

    @Test
    void speaksAnthropicsFormat() {
        far.ask(RemoteApi.ANTHROPIC);
        StubProvider.Asked asked = far.stub().asked().getFirst();
        assertThat(asked.path()).isEqualTo("/v1/messages");
        assertThat(asked.headers())
                .containsEntry("x-api-key", StubProvider.KEY)
                .containsEntry("anthropic-version", "2023-06-01")
                .doesNotContainKey("authorization");
        assertThat(asked.body().toString())
                .isEqualTo("{\"model\":\"big-1\",\"stream\":true,\"max_tokens\":7,\"system\":\"Be brief.\","
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"" + RemoteQuestions.SECRET + "\"}],"
                        + "\"stop_sequences\":[\"END\"],\"temperature\":0.0}");
    }

    @Test
    void drawsAsItIsTold() {
        SamplerOptions drawn = SamplerOptions.sampled(0.5, 9).withTopP(0.9).withTopK(5);
        ChatRequest request = new ChatRequest(
                List.of(Message.user("x")), Optional.of(drawn), OptionalInt.empty(), List.of(), Map.of());
        far.ask(RemoteApi.OPENAI, request, AnswerListener.NONE);
        far.ask(RemoteApi.ANTHROPIC, request, AnswerListener.NONE);
        assertThat(far.stub().asked().get(0).body().toString())
                .endsWith("\"temperature\":0.5,\"top_p\":0.9,\"top_k\":5,\"seed\":9}");
        assertThat(far.stub().asked().get(1).body().toString())
                .contains("\"max_tokens\":4096")
                .endsWith("\"temperature\":0.5,\"top_p\":0.9,\"top_k\":5}");
    }

    @Test
    void refusesWhatItWouldLeaveOut() {
        ChatRequest plain = ChatRequest.of(Message.user("x"));
        List<ChatRequest> impossible = List.of(
                plain.withFormat(new ResponseFormat.JsonObject()),
                with(SamplerOptions.greedy().withMinP(0.1)),
                with(SamplerOptions.greedy().withLogitBias(Map.of(1, 1f))),
                with(SamplerOptions.greedy().withPenalties(new SamplerOptions.Penalties(1.1, 0, 0, 64))));
        for (RemoteApi api : RemoteApi.values()) {
            for (ChatRequest request : impossible) {
                assertThatThrownBy(() -> far.ask(api, request, AnswerListener.NONE))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("Use a model here");
            }
        }
        assertThat(far.stub().asked()).isEmpty();
    }

    private static ChatRequest with(SamplerOptions sampler) {
        return new ChatRequest(
                List.of(Message.user("x")), Optional.of(sampler), OptionalInt.empty(), List.of(), Map.of());
    }

    @Test
    void takesTheNewerNameOfLengthsWhereTheOlderIsRefused() {
        far.stub()
                .next(error(
                        400,
                        "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"unsupported_parameter\","
                                + "\"param\":\"max_tokens\",\"message\":\"Use 'max_completion_tokens' instead.\"}}"));
        assertThat(far.ask(RemoteApi.OPENAI).text()).startsWith("You said");
        assertThat(far.stub()
                        .asked()
                        .get(1)
                        .body()
                        .path("max_completion_tokens")
                        .intValue())
                .isEqualTo(7);
        assertThat(far.stub().asked().get(1).body().has("max_tokens")).isFalse();
    }

    @Test
    void saysWhenAnAnswerWasCutOff() {
        far.stub().next(stream(StubProvider.openAi("a b").replace("\"stop\"", "\"length\"")));
        far.stub().next(stream(StubProvider.anthropic("a b").replace("end_turn", "max_tokens")));
        assertThat(far.ask(RemoteApi.OPENAI).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(far.ask(RemoteApi.ANTHROPIC).finishReason()).isEqualTo(FinishReason.LENGTH);
    }
}
