package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A client that asks as lm-eval's `local-completions` does, with the server's own tokenizer, gets what lm-eval got
/// from the model itself.
class LmEvalClientOracleTest {
    private static final double TOLERANCE = 2e-3;

    @AutoClose
    private static TestServer server;

    private static JsonNode golden = JsonNodeFactory.instance.objectNode();

    @BeforeAll
    static void start() throws IOException {
        golden = Oracle.json("eval/lm_eval/results.json");
        server = TestServer.Setup.demo()
                .withModel(Oracle.path(golden.get("model").stringValue()))
                // As the model's own sums were made.
                .withOptions(LocalModelOptions.defaults().withKvType(KvType.F32))
                .start();
    }

    /// A log-likelihood, and whether the model would have written the same.
    private record Scored(double sum, boolean isGreedy) {}

    /// A context and what follows it, as tokens.
    private record Tokens(int[] context, int[] continuation) {
        static Tokens of(JsonNode node) {
            return new Tokens(ids(node.get("context")), ids(node.get("continuation")));
        }

        /// The end of it that the harness sends: as much as the context has room for, and one more.
        int[] sent() {
            int[] whole = IntStream.concat(Arrays.stream(context), Arrays.stream(continuation))
                    .toArray();
            int most = golden.get("max_length").intValue() + 1;
            return whole.length > most ? Arrays.copyOfRange(whole, whole.length - most, whole.length) : whole;
        }
    }

    private static int[] ids(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static List<Scored> score(List<Tokens> texts) throws Exception {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", "tiny").put("temperature", 0).put("max_tokens", 1);
        body.put("logprobs", 1).put("seed", 1234).put("echo", true);
        ArrayNode prompts = body.putArray("prompt");
        for (Tokens text : texts) {
            ArrayNode prompt = prompts.addArray();
            Arrays.stream(text.sent()).forEach(prompt::add);
        }
        JsonNode choices = server.ask("/v1/completions", body.toString()).get("choices");
        List<Scored> scores = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            int from = texts.get(i).sent().length - texts.get(i).continuation().length;
            scores.add(parsed(choices.get(i).get("logprobs"), from));
        }
        return scores;
    }

    /// Leaves out the token that was written, as the harness does.
    private static Scored parsed(JsonNode logprobs, int from) {
        double sum = 0;
        boolean isGreedy = true;
        JsonNode tokens = logprobs.get("token_logprobs");
        for (int i = from; i < tokens.size() - 1; i++) {
            double logprob = tokens.get(i).doubleValue();
            double most = logprobs.at("/top_logprobs/" + i)
                    .valueStream()
                    .mapToDouble(JsonNode::doubleValue)
                    .max()
                    .orElseThrow();
            sum += logprob;
            isGreedy &= logprob == most;
        }
        return new Scored(sum, isGreedy);
    }

    private static void assertSame(Scored scored, JsonNode expected) {
        JsonNode sum = expected.isArray() ? expected.get(0) : expected;
        assertThat(scored.sum()).isCloseTo(sum.doubleValue(), within(TOLERANCE));
        if (expected.isArray()) {
            assertThat(scored.isGreedy()).isEqualTo(expected.get(1).booleanValue());
        }
    }

    private static JsonNode task(String name) {
        return golden.at("/tasks/" + name);
    }

    private static double figure(String task, String metric) {
        return task(task).at("/results/" + metric + ",none").doubleValue();
    }

    @TestFactory
    Stream<DynamicTest> multipleChoiceHasItsAccuracy() {
        return Stream.of("tiny_mc", "tiny_mc_2shot")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    double right = 0;
                    double rightByLength = 0;
                    JsonNode samples = task(name).get("samples");
                    for (JsonNode sample : samples) {
                        List<Scored> scores = score(sample.get("token_ids")
                                .valueStream()
                                .map(Tokens::of)
                                .toList());
                        double[] sums = new double[scores.size()];
                        double[] byLength = new double[scores.size()];
                        for (int i = 0; i < sums.length; i++) {
                            assertSame(scores.get(i), sample.at("/filtered_resps/" + i));
                            String choice = sample.at("/arguments/" + i + "/1").stringValue();
                            sums[i] = scores.get(i).sum();
                            byLength[i] =
                                    sums[i] / choice.substring(1).codePoints().count();
                        }
                        int target = sample.get("target").asInt();
                        right += largest(sums) == target ? 1 : 0;
                        rightByLength += largest(byLength) == target ? 1 : 0;
                    }
                    assertThat(right / samples.size()).isCloseTo(figure(name, "acc"), within(1e-9));
                    assertThat(rightByLength / samples.size()).isCloseTo(figure(name, "acc_norm"), within(1e-9));
                }));
    }

    private static int largest(double[] values) {
        return IntStream.range(0, values.length)
                .reduce((best, i) -> values[i] > values[best] ? i : best)
                .orElseThrow();
    }

    @Test
    void logLikelihoodsHaveTheirPerplexity() throws Exception {
        JsonNode samples = task("tiny_ll").get("samples");
        double sum = 0;
        double greedy = 0;
        for (JsonNode sample : samples) {
            Scored scored = score(List.of(Tokens.of(sample.at("/token_ids/0")))).getFirst();
            assertSame(scored, sample.at("/filtered_resps/0"));
            sum += scored.sum();
            greedy += scored.isGreedy() ? 1 : 0;
        }
        double perplexity = figure("tiny_ll", "perplexity");
        assertThat(Math.exp(-sum / samples.size())).isCloseTo(perplexity, within(perplexity * 1e-3));
        assertThat(greedy / samples.size()).isCloseTo(figure("tiny_ll", "acc"), within(1e-9));
    }

    @Test
    void windowsOfATextHaveTheirPerplexity() throws Exception {
        double sum = 0;
        double bytes = 0;
        for (JsonNode sample : task("tiny_ppl").get("samples")) {
            double text = 0;
            for (Scored window :
                    score(sample.get("windows").valueStream().map(Tokens::of).toList())) {
                text += window.sum();
            }
            assertSame(new Scored(text, false), sample.at("/filtered_resps/0"));
            sum += text;
            bytes += sample.at("/byte_perplexity/1").doubleValue();
        }
        assertThat(-sum / bytes / Math.log(2)).isCloseTo(figure("tiny_ppl", "bits_per_byte"), within(1e-4));
    }

    @Test
    void textsEndWhereTheTaskSays() throws Exception {
        for (JsonNode sample : task("tiny_gen").get("samples")) {
            JsonNode settings = sample.at("/arguments/0/1");
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("model", "tiny").put("temperature", 0).put("seed", 1234);
            body.set("prompt", sample.at("/arguments/0/0"));
            body.set("max_tokens", settings.get("max_gen_toks"));
            body.set("stop", settings.get("until"));
            JsonNode reply = server.ask("/v1/completions", body.toString());
            assertThat(reply.at("/choices/0/text").asString())
                    .isEqualTo(sample.at("/filtered_resps/0").asString());
        }
    }

    /// What the harness asks the tokenizer of a server for before it sends ids.
    @Test
    void theTokenizerOfTheServerGivesTheHarnessItsIds() throws Exception {
        for (JsonNode sample : task("tiny_mc").get("samples")) {
            String context = sample.at("/arguments/0/0").asString();
            String whole = context + sample.at("/arguments/0/1").asString();
            int[] tokens = encoded(whole);
            Tokens expected = Tokens.of(sample.at("/token_ids/0"));
            assertThat(encoded(context)).containsExactly(expected.context());
            assertThat(Arrays.copyOfRange(tokens, expected.context().length, tokens.length))
                    .containsExactly(expected.continuation());
        }
        JsonNode details = TestServer.json(server.get("/tokenizer_info").body());
        assertThat(details.get("bos_token").asString()).isNotEmpty();
        assertThat(details.get("eos_token").asString()).isNotEmpty();
    }

    private static int[] encoded(String text) throws Exception {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", "tiny").put("prompt", text).put("add_special_tokens", true);
        return ids(server.ask("/tokenize", body.toString()).get("tokens"));
    }
}
