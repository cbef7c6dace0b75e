package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.Speculation;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MetricsTest {
    private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":5}";

    /// Reads the text form: every line is a comment or a sample.
    private static Map<String, Double> samples(TestServer server) throws Exception {
        HttpResponse<String> response = server.get("/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        Map<String, Double> samples = new TreeMap<>();
        String family = "";
        for (String line : response.body().split("\n")) {
            if (line.startsWith("# TYPE ")) {
                family = line.split(" ")[2];
            } else if (!line.startsWith("# HELP ")) {
                assertThat(line)
                        .matches("[a-z_:]+(\\{([a-z_]+=\"[^\"]*\",?)+})? [0-9.eE+-]+")
                        .startsWith(family);
                int space = line.lastIndexOf(' ');
                assertThat(samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1))))
                        .as(line)
                        .isNull();
            }
        }
        return samples;
    }

    @Test
    void countWhatAnswersSay() throws Exception {
        try (TestServer server = TestServer.start()) {
            JsonNode usage = server.ask("/v1/chat/completions", CHAT).get("usage");
            server.stream("/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":2,\"stream\":true}");
            Map<String, Double> samples = samples(server);

            double prompt = usage.get("prompt_tokens").asDouble();
            double completion = usage.get("completion_tokens").asDouble();
            String work = "{model=\"tiny\",operation=\"chat\"}";
            assertThat(samples)
                    .containsEntry("llamacpp:prompt_tokens_total" + work, prompt)
                    .containsEntry("llamacpp:tokens_predicted_total" + work, completion)
                    .containsEntry("llamacpp:n_tokens_max" + work, prompt + completion)
                    .containsEntry("lilla_cached_prompt_tokens_total" + work, 0.0)
                    .containsEntry("llamacpp:requests_processing{model=\"tiny\"}", 0.0)
                    .containsEntry("llamacpp:requests_deferred{model=\"tiny\"}", 0.0)
                    .containsEntry("lilla_requests_total{route=\"/v1/chat/completions\",status=\"200\"}", 1.0)
                    .containsEntry("lilla_requests_total{route=\"/v1/completions\",status=\"200\"}", 1.0);
            String labels = "gen_ai_operation_name=\"chat\",gen_ai_request_model=\"tiny\"";
            for (String name :
                    new String[] {"gen_ai_server_request_duration_seconds", "gen_ai_server_time_to_first_token_seconds"
                    }) {
                assertThat(samples)
                        .containsEntry(name + "_count{" + labels + "}", 1.0)
                        .containsEntry(name + "_bucket{" + labels + ",le=\"+Inf\"}", 1.0);
                assertThat(samples.get(name + "_sum{" + labels + "}")).isPositive();
            }
            assertThat(samples)
                    .containsEntry("gen_ai_client_token_usage_sum{" + labels + ",gen_ai_token_type=\"input\"}", prompt)
                    .containsEntry(
                            "gen_ai_client_token_usage_sum{" + labels + ",gen_ai_token_type=\"output\"}", completion);
        }
    }

    @Test
    void countVectorsAsReading() throws Exception {
        try (TestServer server = TestServer.start()) {
            JsonNode usage = server.ask("/v1/embeddings", "{\"input\":[\"the office\",\"a\"]}")
                    .get("usage");
            assertThat(samples(server))
                    .containsEntry(
                            "llamacpp:prompt_tokens_total{model=\"tiny\",operation=\"embeddings\"}",
                            usage.get("total_tokens").asDouble());
        }
    }

    private static double sample(Map<String, Double> samples, String name) {
        return Objects.requireNonNull(samples.get(name), name);
    }

    @Test
    void tellHowFullPassesWereAndWhatGuessesWereWorth() throws Exception {
        try (TestServer server = TestServer.Setup.demo()
                .withOptions(LocalModelOptions.defaults().withSpeculation(new Speculation.Ngram(4)))
                .start()) {
            String model = "{model=\"tiny\"}";
            assertThat(samples(server))
                    .containsEntry("llamacpp:n_busy_slots_per_decode" + model, 0.0)
                    .containsEntry("llamacpp:spec_decode_num_drafts_total" + model, 0.0);
            server.ask(
                    "/v1/completions",
                    "{\"prompt\":\"So\",\"n\":3,\"max_tokens\":90,\"grammar\":\"root ::= \\\"%s\\\"\"}"
                            .formatted("one two three ".repeat(5)));
            Map<String, Double> samples = samples(server);
            assertThat(samples.get("llamacpp:n_busy_slots_per_decode" + model))
                    .isGreaterThan(1)
                    .isLessThanOrEqualTo(3);
            double drafted = sample(samples, "llamacpp:spec_decode_num_draft_tokens_total" + model);
            double accepted = sample(samples, "llamacpp:spec_decode_num_accepted_tokens_total" + model);
            double drafts = sample(samples, "llamacpp:spec_decode_num_drafts_total" + model);
            assertThat(drafts).isPositive().isLessThanOrEqualTo(drafted);
            // A text that says the same again and again is easy to guess.
            assertThat(accepted).isPositive().isLessThanOrEqualTo(drafted);
            double written =
                    sample(samples, "llamacpp:tokens_predicted_total{model=\"tiny\",operation=\"text_completion\"}");
            assertThat(accepted).isLessThan(written);
        }
    }

    @Test
    void countErrorsByKindAndNoNamesThatClientsMakeUp() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.post("/v1/chat/completions", "{\"model\":\"made-up\",\"messages\":[]}");
            server.get("/made-up");
            server.post("/v1/chat/completions", "{");
            HttpResponse<String> text = server.get("/metrics");
            assertThat(text.body()).doesNotContain("made-up");
            Map<String, Double> samples = samples(server);
            assertThat(samples)
                    .containsEntry("lilla_errors_total{error_type=\"not_found_error\"}", 2.0)
                    .containsEntry("lilla_errors_total{error_type=\"invalid_request_error\"}", 1.0)
                    .containsEntry("lilla_requests_total{route=\"\",status=\"404\"}", 1.0);
        }
    }
}
