package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.model.family.LoadOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Greedy continuations of every prompt of every model, all prompts of a model side by side in one batch, with and
/// without guesses.
class GreedyOracleTest {
    /// From the first step on whose two best logits are nearer than this, the reference may take either.
    private static final double MARGIN_MIN = 1e-3;

    private static final int CONTEXT = 4096;

    @TestFactory
    Stream<DynamicTest> continuesAsTheReference() {
        return Oracle.modelNames().stream().map(name -> DynamicTest.dynamicTest(name, () -> check(name)));
    }

    @TestFactory
    Stream<DynamicTest> continuesWithGuessesExactlyAsWithout() {
        return Oracle.modelNames().stream().map(name -> DynamicTest.dynamicTest(name, () -> checkGuesses(name)));
    }

    private static void checkGuesses(String name) {
        LoadOptions options = LoadOptions.DEFAULT.withContextLength(CONTEXT);
        try (OpenModel model = new OpenModel(Oracle.model(name), options);
                OpenModel draft = new OpenModel(Oracle.model(name), options)) {
            List<int[]> prompts = Oracle.goldenJson(name)
                    .get("prompts")
                    .valueStream()
                    .map(prompt -> integers(prompt.get("ids")))
                    .limit(3)
                    .toList();
            List<int[]> plain = write(model, prompts, Drafter.NONE);
            assertThat(write(model, prompts, new NgramDrafter(8)))
                    .usingRecursiveComparison()
                    .isEqualTo(plain);
            int vocab = draft.decoder().spec().vocab();
            try (ModelDrafter drafter = new ModelDrafter(draft.decoder(), draft.cache(), vocab, 4)) {
                assertThat(write(model, prompts, drafter))
                        .usingRecursiveComparison()
                        .isEqualTo(plain);
            }
        }
    }

    private static List<int[]> write(OpenModel model, List<int[]> prompts, Drafter drafter) {
        SequenceRunner runner = new SequenceRunner(model.decoder(), model.cache(), drafter);
        List<Sequence> sequences = prompts.stream()
                .map(prompt -> model.sequence(GenerationRequest.greedy(prompt, 24), AnswerListener.NONE))
                .toList();
        sequences.forEach(runner::add);
        runner.run();
        List<int[]> written = sequences.stream()
                .map(sequence -> sequence.completion().tokens())
                .toList();
        sequences.forEach(Sequence::close);
        return written;
    }

    private static void check(String name) {
        List<JsonNode> prompts = new ArrayList<>();
        Oracle.goldenJson(name).get("prompts").forEach(prompt -> {
            if (prompt.has("greedy")) {
                prompts.add(prompt);
            }
        });
        assertThat(prompts).isNotEmpty();
        // The reference continues some prompts beyond the context that the configuration states.
        LoadOptions options = LoadOptions.DEFAULT.withContextLength(CONTEXT);
        try (OpenModel model = new OpenModel(Oracle.model(name), options)) {
            SequenceRunner runner = new SequenceRunner(model.decoder(), model.cache());
            List<Sequence> sequences = new ArrayList<>();
            for (JsonNode prompt : prompts) {
                int tokens = prompt.get("greedy").get("ids").size();
                Sequence sequence = model.sequence(
                        GenerationRequest.greedy(integers(prompt.get("ids")), tokens), AnswerListener.NONE);
                sequences.add(sequence);
                runner.add(sequence);
            }
            runner.run();
            for (int i = 0; i < prompts.size(); i++) {
                JsonNode greedy = prompts.get(i).get("greedy");
                int certain = certainSteps(greedy.get("margins"));
                assertThat(Arrays.copyOf(sequences.get(i).completion().tokens(), certain))
                        .as(prompts.get(i).get("name").stringValue())
                        .isEqualTo(Arrays.copyOf(integers(greedy.get("ids")), certain));
            }
        }
    }

    private static int certainSteps(JsonNode margins) {
        for (int step = 0; step < margins.size(); step++) {
            if (margins.get(step).doubleValue() < MARGIN_MIN) {
                return step;
            }
        }
        return margins.size();
    }

    private static int[] integers(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
