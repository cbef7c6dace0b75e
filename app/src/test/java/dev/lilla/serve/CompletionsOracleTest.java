package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.chat.AnswerListener;
import dev.lilla.generate.GenerationRequest;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.LogLikelihood;
import dev.lilla.generate.StopConditions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class CompletionsOracleTest {
    private static final String PATH = "/v1/completions";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    static List<Path> models() {
        return dev.lilla.Oracle.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void writesAndScoresWhatEveryFamilyDoesAlone(Path model) throws Exception {
        String text;
        LogLikelihood.Score score;
        int[] prompt;
        try (LocalModel alone = LocalModel.open(model, LocalModelOptions.defaults())) {
            prompt = alone.encode("Hello, my name is");
            GenerationRequest greedy = new GenerationRequest(
                    prompt, alone.defaults().sampler().withTemperature(0), StopConditions.after(8), List.of());
            text = alone.generate(greedy, AnswerListener.NONE).text();
            score = new LogLikelihood(alone.decoder(), alone.cache(), List.of()).scoreText(prompt);
        }
        try (TestServer other = TestServer.Setup.demo().withModel(model).start()) {
            JsonNode reply = other.ask(
                    PATH,
                    "{\"prompt\":" + Arrays.toString(prompt)
                            + ",\"temperature\":0,\"max_tokens\":8,\"echo\":true,\"logprobs\":1}");
            String whole = reply.at("/choices/0/text").asString();
            String echoed = other.local().tokenizer().decode(prompt);
            assertThat(whole).startsWith(echoed);
            if (reply.at("/choices/0/finish_reason").asString().equals("length")) {
                assertThat(whole.substring(echoed.length())).isEqualTo(text);
            }
            JsonNode logprobs = reply.at("/choices/0/logprobs/token_logprobs");
            for (int i = 1; i < prompt.length; i++) {
                assertThat(logprobs.get(i).asDouble()).isCloseTo(score.tokens()[i - 1], within(1e-3));
            }
        }
    }

    /// What an evaluation harness sends and reads for a log-likelihood.
    @Test
    void echoesAPromptWithTheLogprobsThatAHarnessSums() throws Exception {
        int[] context = server.local().encode("The office opens at");
        int[] continuation = server.local().tokenizer().encode(" nine.", dev.lilla.tokenizer.SpecialTokens.NONE);
        int[] both = java.util.stream.IntStream.concat(Arrays.stream(context), Arrays.stream(continuation))
                .toArray();
        JsonNode reply = server.ask(
                PATH,
                "{\"model\":\"tiny\",\"prompt\":[" + Arrays.toString(both)
                        + "],\"temperature\":0,\"max_tokens\":1,\"logprobs\":1,\"seed\":1234,\"echo\":true}");
        JsonNode logprobs = reply.at("/choices/0/logprobs");

        double sum = 0;
        for (int i = context.length; i < both.length; i++) {
            sum += logprobs.at("/token_logprobs/" + i).asDouble();
        }
        LogLikelihood.Score expected;
        try (LocalModel alone =
                LocalModel.open(server.local().model().description().path(), LocalModelOptions.defaults())) {
            expected = new LogLikelihood(alone.decoder(), alone.cache(), List.of())
                    .score(context, List.of(continuation))
                    .getFirst();
        }
        assertThat(sum).isCloseTo(expected.sum(), within(1e-4));
        assertThat(logprobs.at("/token_logprobs/0").isNull()).isTrue();
        for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
            assertThat(logprobs.get(list).size()).as(list).isEqualTo(both.length + 1);
        }
    }

    @Test
    void answersEachPromptInOrder() throws Exception {
        String terms = ",\"temperature\":0,\"max_tokens\":6}";
        JsonNode together = server.ask(PATH, "{\"prompt\":[\"The office\",\"Hello\"],\"n\":2" + terms.replace("{", ""));

        assertThat(together.get("choices").size()).isEqualTo(4);
        assertThat(together.get("object").asString()).isEqualTo("text_completion");
        for (int i = 0; i < 4; i++) {
            String alone = server.ask(PATH, "{\"prompt\":\"" + (i < 2 ? "The office" : "Hello") + "\"" + terms)
                    .at("/choices/0/text")
                    .asString();
            assertThat(together.at("/choices/" + i + "/text").asString()).isEqualTo(alone);
            assertThat(together.at("/choices/" + i + "/index").asInt()).isEqualTo(i);
        }
        assertThat(together.at("/choices/0").propertyNames())
                .containsExactly("text", "index", "finish_reason", "logprobs");
    }

    @Test
    void streamsTheTextThatItSendsWhole() throws Exception {
        String body = "{\"prompt\":\"The office\",\"seed\":5,\"temperature\":1,\"max_tokens\":20,\"echo\":true,"
                + "\"logprobs\":0,\"stream\":";
        JsonNode whole = server.ask(PATH, body + "false}");
        List<JsonNode> parts = server.stream(PATH, body + "true}");

        assertThat(parts.stream()
                        .map(part -> part.at("/choices/0/text").asString())
                        .collect(Collectors.joining()))
                .isEqualTo(whole.at("/choices/0/text").asString())
                .startsWith("The office");
        int tokens = parts.stream()
                .mapToInt(part -> part.at("/choices/0/logprobs/tokens").size())
                .sum();
        assertThat(tokens).isEqualTo(whole.at("/choices/0/logprobs/tokens").size());
        assertThat(parts.getLast().at("/choices/0/finish_reason").asString()).isIn("length", "stop");
    }

    @Test
    void writesSixteenTokensUnlessToldOtherwise() throws Exception {
        JsonNode reply = server.ask(PATH, "{\"prompt\":\"Hello\",\"temperature\":2,\"seed\":1}");
        assertThat(reply.at("/usage/completion_tokens").asInt()).isEqualTo(16);
        JsonNode none = server.ask(PATH, "{\"prompt\":\"Hello\",\"max_tokens\":0,\"echo\":true}");
        assertThat(none.at("/choices/0/text").asString()).isEqualTo("Hello");
    }

    @Test
    void sendsTheLikeliestOfSeveral() throws Exception {
        String terms = "\"prompt\":\"The office\",\"seed\":5,\"temperature\":1.5,\"max_tokens\":8,\"logprobs\":0";
        JsonNode all = server.ask(PATH, "{" + terms + ",\"n\":4}");
        JsonNode best = server.ask(PATH, "{" + terms + ",\"best_of\":4}");

        String likeliest = "";
        double highest = Double.NEGATIVE_INFINITY;
        for (JsonNode choice : all.get("choices")) {
            double mean = 0;
            JsonNode logprobs = choice.at("/logprobs/token_logprobs");
            for (JsonNode logprob : logprobs) {
                mean += logprob.asDouble() / logprobs.size();
            }
            if (mean > highest) {
                highest = mean;
                likeliest = choice.get("text").asString();
            }
        }
        assertThat(best.get("choices").size()).isEqualTo(1);
        assertThat(best.at("/choices/0/text").asString()).isEqualTo(likeliest);
        assertThat(best.at("/usage/completion_tokens").asInt())
                .isEqualTo(all.at("/usage/completion_tokens").asInt());
    }
}
