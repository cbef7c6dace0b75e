package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.template.ChatTemplate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The templates that stand in for missing ones, against the published formats.
class ChatDefaultsTest {
    private static Map<String, String> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // handed on to a method that only reads them
    private static String render(Family family, Map<String, String>... messages) {
        return ChatTemplate.parse(family.chat().template().orElseThrow())
                .render(Map.of(
                        "messages",
                        List.of(messages),
                        "add_generation_prompt",
                        true,
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>"));
    }

    @Nested
    class Templates {
        @Test
        void writeMistralAsItsFirstVersionsDo() {
            assertThat(render(new Mistral(), message("user", "Q1"), message("assistant", "A1"), message("user", "Q2")))
                    .isEqualTo("<s>[INST] Q1 [/INST] A1</s>[INST] Q2 [/INST]");
        }

        @Test
        void putTheSystemMessageBeforeTheFirstQuestionForMistral() {
            assertThat(render(new Mistral(), message("system", "S"), message("user", "Q")))
                    .isEqualTo("<s>[INST] S\n\nQ [/INST]");
        }

        @Test
        void writeGemmaWithItsOwnRoles() {
            assertThat(render(new Gemma(), message("user", " Q1 "), message("assistant", "A1"), message("user", "Q2")))
                    .isEqualTo("""
                            <s><start_of_turn>user
                            Q1<end_of_turn>
                            <start_of_turn>model
                            A1<end_of_turn>
                            <start_of_turn>user
                            Q2<end_of_turn>
                            <start_of_turn>model
                            """);
        }

        @Test
        void putTheSystemMessageBeforeTheFirstQuestionForGemma() {
            assertThat(render(new Gemma3(), message("system", "S"), message("user", "Q")))
                    .isEqualTo("""
                            <s><start_of_turn>user
                            S

                            Q<end_of_turn>
                            <start_of_turn>model
                            """);
        }

        @Test
        void giveQwenItsDefaultSystemMessage() {
            assertThat(render(new Qwen(), message("user", "Q"))).isEqualTo("""
                    <|im_start|>system
                    You are a helpful assistant.<|im_end|>
                    <|im_start|>user
                    Q<|im_end|>
                    <|im_start|>assistant
                    """);
            assertThat(render(new Qwen2(), message("system", "S"), message("user", "Q")))
                    .isEqualTo("""
                    <|im_start|>system
                    S<|im_end|>
                    <|im_start|>user
                    Q<|im_end|>
                    <|im_start|>assistant
                    """);
        }

        @Test
        void addNoSystemMessageForQwen3() {
            assertThat(render(new Qwen3(), message("user", "Q"))).isEqualTo("""
                    <|im_start|>user
                    Q<|im_end|>
                    <|im_start|>assistant
                    """);
        }

        @Test
        void writeFalconAsPlainSpeech() {
            assertThat(render(new Falcon(), message("system", "S"), message("user", "Q1\r\n\r\nQ1")))
                    .isEqualTo("S\n\nUser: Q1\nQ1\n\nAssistant:");
        }

        @Test
        void writeChatGlm3WithItsRoles() {
            assertThat(render(new ChatGlm3(), message("user", "Q1"), message("assistant", "A1"), message("user", "Q2")))
                    .isEqualTo("[gMASK]sop<|user|>\n Q1<|assistant|>\n A1<|user|>\n Q2<|assistant|>");
        }

        @Test
        void writePhi3WithItsEnds() {
            assertThat(render(new Phi3(), message("user", "Q"))).isEqualTo("<|user|>\nQ<|end|>\n<|assistant|>\n");
        }
    }

    @Test
    void everyFamilyKnowsWhatEndsAnAnswer() {
        assertThat(Families.ALL)
                .allSatisfy(family ->
                        assertThat(family.chat().stopTokens()).as(family.name()).isNotEmpty());
    }

    @Test
    void namesOfFamiliesAndArchitecturesAreDistinct() {
        assertThat(Families.ALL).extracting(Family::name).doesNotHaveDuplicates();
        assertThat(Families.ALL).flatExtracting(Family::modelTypes).doesNotHaveDuplicates();
        assertThat(Families.ALL).flatExtracting(Family::ggufArchitectures).doesNotHaveDuplicates();
        assertThat(new Mistral().writtenAs()).isEqualTo("llama");
        assertThat(new Geb().writtenAs()).isEqualTo("llama");
        assertThat(new ChatGlm3().writtenAs()).isEqualTo("chatglm");
    }
}
