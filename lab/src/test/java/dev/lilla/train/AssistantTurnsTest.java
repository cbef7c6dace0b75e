package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lilla.Oracle;
import dev.lilla.generate.ModelText;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.template.ChatTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AssistantTurnsTest {
    private static final List<Map<String, Object>> CHAT = List.of(
            said("user", "What is the capital of France?"),
            said("assistant", "Paris, of course."),
            said("user", "And of Italy?"),
            said("assistant", "Rome."));

    private static final String CHATML =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static Map<String, Object> said(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    static Stream<String> models() {
        return Oracle.modelNames().stream();
    }

    private static ModelText text(String model) {
        try (ModelDescription description = ModelDescription.open(Oracle.model(model), LoadOptions.DEFAULT)) {
            return ModelText.of(description);
        }
    }

    private static ModelText with(String model, String template) {
        ModelText text = text(model);
        return new ModelText(
                text.tokenizer(), Optional.of(ChatTemplate.parse(template)), text.chat(), text.stopTokens());
    }

    /// The learned tokens, run by run.
    private static List<int[]> runs(AssistantTurns.Marked marked) {
        List<int[]> runs = new ArrayList<>();
        int from = -1;
        for (int i = 0; i <= marked.tokens().length; i++) {
            boolean isLearned = i < marked.tokens().length && marked.learned()[i];
            if (isLearned && from < 0) {
                from = i;
            } else if (!isLearned && from >= 0) {
                runs.add(Arrays.copyOfRange(marked.tokens(), from, i));
                from = -1;
            }
        }
        return runs;
    }

    private static String words(ModelText text, int[] run) {
        int[] ordinary =
                Arrays.stream(run).filter(id -> !text.stopTokens().contains(id)).toArray();
        return text.tokenizer().decode(ordinary).strip();
    }

    @ParameterizedTest
    @MethodSource("models")
    void learnsWhatTheAssistantSaidAndTheTokenThatEndsIt(String model) {
        ModelText text = text(model);
        if (text.template().isEmpty()) {
            return;
        }
        AssistantTurns.Marked marked = AssistantTurns.mark(text, CHAT, Map.of());
        List<int[]> runs = runs(marked);
        assertThat(runs).hasSize(2);
        assertThat(words(text, runs.get(0))).isEqualTo("Paris, of course.");
        // Qwen3's template writes the (empty) thoughts of the last answer, which the model generates too.
        assertThat(words(text, runs.get(1)).replaceFirst("(?s)<think>.*</think>\\s*", ""))
                .isEqualTo("Rome.");
        int[] last = runs.get(1);
        assertThat(text.stopTokens()).contains(last[last.length - 1]);
        int[] first = runs.get(0);
        // Falcon's template writes nothing between turns that stops generation.
        if (!model.startsWith("falcon")) {
            assertThat(text.stopTokens()).contains(first[first.length - 1]);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void beginsWhereGenerationBegins(String model) {
        ModelText text = text(model);
        if (text.template().isEmpty()) {
            return;
        }
        AssistantTurns.Marked marked = AssistantTurns.mark(text, CHAT, Map.of());
        int[] prompt = text.conversation(CHAT.subList(0, 1), Map.of("add_generation_prompt", true));
        assertThat(marked.tokens()).startsWith(prompt);
        assertThat(marked.learned()[prompt.length - 1]).isFalse();
        assertThat(marked.learned()[prompt.length]).isTrue();
    }

    @Test
    void leavesOutWhatTheTemplateWritesAfterTheEnd() {
        ModelText text = with("qwen2", CHATML);
        AssistantTurns.Marked marked = AssistantTurns.mark(text, CHAT, Map.of());
        int last = marked.tokens().length - 1;
        assertThat(text.tokenizer().decode(new int[] {marked.tokens()[last]})).isEqualTo("\n");
        assertThat(marked.learned()[last]).isFalse();
        assertThat(marked.learned()[last - 1]).isTrue();
    }

    @Test
    void addsTheEndThatATemplateLeavesOut() {
        ModelText text = with(
                "qwen2",
                "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                        + "{% if add_generation_prompt %}assistant: {% endif %}");
        AssistantTurns.Marked marked = AssistantTurns.mark(text, CHAT, Map.of());
        int last = marked.tokens().length - 1;
        assertThat(marked.tokens()[last]).isEqualTo(text.tokenizer().endOfText().getAsInt());
        assertThat(marked.learned()[last]).isTrue();
    }

    @Test
    void findsTurnsThatTheTemplateWritesDifferentlyLaterOn() {
        // As reasoning models do: only the last answer is introduced by the (empty) thoughts.
        String template =
                "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and loop.last %}"
                        + "<think></think>{% endif %}{{ m.content | trim }}<|im_end|>\n{% endfor %}"
                        + "{% if add_generation_prompt %}<|im_start|>assistant\n<think></think>{% endif %}";
        ModelText text = with("qwen2", template);
        List<Map<String, Object>> chat = new ArrayList<>(CHAT);
        chat.set(1, said("assistant", "  Paris, of course. "));
        List<int[]> runs = runs(AssistantTurns.mark(text, chat, Map.of()));
        assertThat(runs.stream().map(run -> words(text, run))).containsExactly("Paris, of course.", "Rome.");
        assertThat(runs).allSatisfy(run -> assertThat(text.stopTokens()).contains(run[run.length - 1]));
    }

    @Test
    void refusesATemplateThatHidesATurn() {
        ModelText text = with(
                "qwen2", "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}end");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AssistantTurns.mark(text, CHAT, Map.of()))
                .withMessageContaining("message 2");
    }

    @Test
    void leavesOutTurnsOfWeightZero() {
        ModelText text = text("qwen2");
        List<Map<String, Object>> chat = new ArrayList<>(CHAT);
        chat.set(1, Map.of("role", "assistant", "content", "Paris, of course.", "weight", 0));
        List<int[]> runs = runs(AssistantTurns.mark(text, chat, Map.of()));
        assertThat(runs.stream().map(run -> words(text, run))).containsExactly("Rome.");
    }
}
