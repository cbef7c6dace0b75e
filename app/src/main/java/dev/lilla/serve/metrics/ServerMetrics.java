package dev.lilla.serve.metrics;

import dev.lilla.generate.SchedulerStatus;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.AnswerUsage;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.Traffic;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/// Counts what a server does. Labels hold routes and models of the server, never what a client made up.
///
/// Names: `llamacpp:…` as llama.cpp's server has them, `gen_ai_…` by the GenAI conventions of OpenTelemetry (which are
/// still in development), and `lilla_…` for the rest.
public final class ServerMetrics implements Traffic {
    private final Map<Reply, LongAdder> replies = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<Work, ModelWork> work = new ConcurrentHashMap<>();

    private record Reply(String route, int status) {}

    /// @param operation `chat`, `text_completion`, `embeddings` or another name of the conventions
    private record Work(String operation, String model) {
        private static final Comparator<Work> ORDER =
                Comparator.comparing(Work::model).thenComparing(Work::operation);
    }

    @Override
    public void ended(String route, int status, Optional<HttpFailure.Kind> error) {
        replies.computeIfAbsent(new Reply(route, status), _ -> new LongAdder()).increment();
        error.ifPresent(kind ->
                errors.computeIfAbsent(kind.label(), _ -> new LongAdder()).increment());
    }

    @Override
    public void used(String route, AnswerUsage usage) {
        String operation = route.contains("embed") ? "embeddings" : route.contains("chat") ? "chat" : "text_completion";
        work.computeIfAbsent(new Work(operation, usage.model()), _ -> new ModelWork())
                .add(usage);
    }

    /// All of it as Prometheus reads it.
    ///
    /// @param models those in memory
    String text(List<HostedModel> models) {
        PrometheusText text = new PrometheusText();
        writeTokens(text);
        writeSchedulers(text, models);
        writeRequests(text);
        return text.toString();
    }

    private void writeTokens(PrometheusText text) {
        workFamily(
                text,
                "llamacpp:prompt_tokens_total",
                "counter",
                "Tokens of prompts read, cached ones left out.",
                done -> done.promptTokens.sum() - done.cachedTokens.sum());
        workFamily(
                text,
                "llamacpp:prompt_seconds_total",
                "counter",
                "Time that prompts took, summed over texts.",
                done -> done.readingSeconds.sum());
        workFamily(
                text,
                "llamacpp:tokens_predicted_total",
                "counter",
                "Tokens written.",
                done -> done.completionTokens.sum());
        workFamily(
                text,
                "llamacpp:tokens_predicted_seconds_total",
                "counter",
                "Time that tokens after the first ones took, summed over texts.",
                done -> done.writingSeconds.sum());
        workFamily(
                text,
                "llamacpp:prompt_tokens_seconds",
                "gauge",
                "Tokens read a second of a prompt's time.",
                done -> rate(done.promptTokens.sum() - done.cachedTokens.sum(), done.readingSeconds.sum()));
        workFamily(
                text,
                "llamacpp:predicted_tokens_seconds",
                "gauge",
                "Tokens written a second of a text's time.",
                done -> rate(done.laterTokens.sum(), done.writingSeconds.sum()));
        workFamily(
                text, "llamacpp:n_tokens_max", "counter", "The most tokens of a request.", done -> done.longest.get());
        workFamily(
                text,
                "lilla_cached_prompt_tokens_total",
                "counter",
                "Tokens of prompts found in the cache.",
                done -> done.cachedTokens.sum());
        histogram(
                text,
                "gen_ai_server_request_duration_seconds",
                "From a request to the end of its answer.",
                (done, name, labels) -> done.duration.write(text, name, labels));
        histogram(
                text,
                "gen_ai_server_time_to_first_token_seconds",
                "From a request to its first token.",
                (done, name, labels) -> done.firstToken.write(text, name, labels));
        histogram(
                text,
                "gen_ai_server_time_per_output_token_seconds",
                "For each token after the first one.",
                (done, name, labels) -> done.laterToken.write(text, name, labels));
        histogram(text, "gen_ai_client_token_usage", "Tokens of a request.", (done, name, labels) -> {
            done.inputTokens.write(text, name, with(labels, "gen_ai_token_type", "input"));
            done.outputTokens.write(text, name, with(labels, "gen_ai_token_type", "output"));
        });
    }

    private void workFamily(
            PrometheusText text, String name, String type, String help, ToDoubleFunction<ModelWork> value) {
        text.family(name, type, help);
        work.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Work.ORDER))
                .forEach(entry -> text.sample(
                        name,
                        value.applyAsDouble(entry.getValue()),
                        "model",
                        entry.getKey().model(),
                        "operation",
                        entry.getKey().operation()));
    }

    private interface HistogramWriter {
        void write(ModelWork done, String name, String[] labels);
    }

    private void histogram(PrometheusText text, String name, String help, HistogramWriter writer) {
        text.family(name, "histogram", help);
        work.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Work.ORDER))
                .forEach(entry -> writer.write(entry.getValue(), name, new String[] {
                    "gen_ai_operation_name", entry.getKey().operation(),
                    "gen_ai_request_model", entry.getKey().model()
                }));
    }

    private static String[] with(String[] labels, String name, String value) {
        String[] longer = Arrays.copyOf(labels, labels.length + 2);
        longer[labels.length] = name;
        longer[labels.length + 1] = value;
        return longer;
    }

    private static double rate(long tokens, double seconds) {
        return seconds == 0 ? 0 : tokens / seconds;
    }

    private static void writeSchedulers(PrometheusText text, List<HostedModel> models) {
        modelFamily(
                text,
                models,
                "llamacpp:requests_processing",
                "gauge",
                "Texts that are read or written.",
                SchedulerStatus::running);
        modelFamily(text, models, "llamacpp:requests_deferred", "gauge", "Texts that wait.", SchedulerStatus::waiting);
        modelFamily(
                text,
                models,
                "llamacpp:n_decode_total",
                "counter",
                "Passes through the model since it was loaded.",
                SchedulerStatus::steps);
        modelFamily(
                text,
                models,
                "llamacpp:n_busy_slots_per_decode",
                "gauge",
                "Texts in a pass through the model, on average.",
                status -> status.steps() == 0 ? 0 : (double) status.stepTexts() / status.steps());
        modelFamily(
                text,
                models,
                "llamacpp:spec_decode_num_drafts_total",
                "counter",
                "How often tokens were guessed ahead.",
                status -> status.guesses().drafts());
        modelFamily(
                text,
                models,
                "llamacpp:spec_decode_num_draft_tokens_total",
                "counter",
                "Tokens that were guessed ahead.",
                status -> status.guesses().tokens());
        modelFamily(
                text,
                models,
                "llamacpp:spec_decode_num_accepted_tokens_total",
                "counter",
                "Guessed tokens that were right.",
                status -> status.guesses().accepted());
        modelFamily(
                text,
                models,
                "lilla_cache_blocks",
                "gauge",
                "Blocks of the cache, of 64 tokens each.",
                SchedulerStatus::blocks);
        modelFamily(
                text,
                models,
                "lilla_cache_blocks_used",
                "gauge",
                "Blocks of texts that run.",
                SchedulerStatus::usedBlocks);
        modelFamily(
                text,
                models,
                "lilla_cache_blocks_kept",
                "gauge",
                "Blocks kept for later prompts.",
                SchedulerStatus::keptBlocks);
        modelFamily(
                text,
                models,
                "lilla_preemptions_total",
                "counter",
                "How often a text gave up its place.",
                SchedulerStatus::preemptions);
        modelFamily(
                text, models, "lilla_failed_texts_total", "counter", "Texts that failed.", SchedulerStatus::failures);
    }

    private static void modelFamily(
            PrometheusText text,
            List<HostedModel> models,
            String name,
            String type,
            String help,
            ToDoubleFunction<SchedulerStatus> value) {
        text.family(name, type, help);
        for (HostedModel model : models) {
            text.sample(name, value.applyAsDouble(model.status()), "model", model.modelName());
        }
    }

    private void writeRequests(PrometheusText text) {
        text.family("lilla_requests_total", "counter", "Requests by route and status; 499 is a client that left.");
        replies.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparing(Reply::route).thenComparingInt(Reply::status)))
                .forEach(entry -> text.sample(
                        "lilla_requests_total",
                        (double) entry.getValue().sum(),
                        "route",
                        entry.getKey().route(),
                        "status",
                        Integer.toString(entry.getKey().status())));
        text.family("lilla_errors_total", "counter", "Replies that were errors, by their kind.");
        errors.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> text.sample(
                        "lilla_errors_total", (double) entry.getValue().sum(), "error_type", entry.getKey()));
    }
}
