package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Attention;
import dev.lilla.model.RotaryScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Whole models opened from their files, talked with.
class LocalModelTest {
    private static final LocalModelOptions OPTIONS =
            LocalModelOptions.defaults().withKvType(KvType.F32);

    @TestFactory
    Stream<DynamicTest> answersAGrowingConversationAsIfItWereNew() {
        return forEachModel((model, chat) -> {
            List<Message> messages = new ArrayList<>(List.of(Message.user("Hello, who are you?")));
            ChatResponse first = chat.chat(request(messages));
            messages.add(Message.assistant(first.text()));
            messages.add(Message.user("And what is a moon?"));
            ChatResponse second = chat.chat(request(messages));
            if (!turnsByLength(model)) {
                assertThat(second.usage().cachedTokens()).isPositive();
            }
            ChatResponse anew;
            try (LocalChatModel fresh = model.chat(List.of())) {
                anew = fresh.chat(request(messages));
            }
            assertThat(anew.usage().cachedTokens()).isZero();
            assertThat(second.text()).isEqualTo(anew.text());
        });
    }

    @TestFactory
    Stream<DynamicTest> streamsExactlyTheTextOfTheAnswer() {
        return forEachModel((model, chat) -> {
            StringBuilder streamed = new StringBuilder();
            ChatResponse response = chat.chat(request(List.of(Message.user("Åsa 🚀?"))), streamed::append);
            assertThat(streamed).hasToString(response.text());
        });
    }

    @TestFactory
    Stream<DynamicTest> givesAllCacheBlocksBack() {
        return forEachModel((model, chat) -> {
            chat.chat(request(List.of(Message.user("Hi"))));
            assertThat(model.cache().taken()).isPositive();
            chat.close();
            assertThat(model.cache().taken()).isZero();
        });
    }

    @TestFactory
    Stream<DynamicTest> refusesAConversationThatLeavesNoRoomAndGoesOn() {
        return forEachModel((model, chat) -> {
            String text = "long ".repeat(model.decoder().spec().contextLength());
            Assumptions.assumeTrue(text.length() < 100_000, "the context of this model is long");
            assertThatThrownBy(() -> chat.chat(request(List.of(Message.user(text)))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("context");
            assertThat(chat.chat(request(List.of(Message.user("Hi")))).usage().completionTokens())
                    .isPositive();
        });
    }

    /// Whether keys depend on the length of the prompt, so that another prompt cannot use them.
    private static boolean turnsByLength(LocalModel model) {
        return model.decoder().spec().layers().stream()
                .map(layer -> (Attention) layer.mixer())
                .flatMap(attention -> attention.rotary().stream())
                .anyMatch(rotary -> rotary.scaling() instanceof RotaryScaling.DynamicNtk);
    }

    private interface Check {
        void of(LocalModel model, LocalChatModel chat);
    }

    private static Stream<DynamicTest> forEachModel(Check check) {
        return Oracle.modelNames().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    try (LocalModel model = LocalModel.open(Oracle.model(name), OPTIONS)) {
                        Assumptions.assumeTrue(model.chatTemplate().isPresent(), "no chat template");
                        try (LocalChatModel chat = model.chat(List.of())) {
                            check.of(model, chat);
                        }
                    }
                }));
    }

    private static ChatRequest request(List<Message> messages) {
        return new ChatRequest(messages, Optional.of(SamplerOptions.greedy()), OptionalInt.of(12), List.of(), Map.of());
    }

    @TestFactory
    Stream<DynamicTest> continuesATextFromAGguf() {
        return Oracle.ggufs().stream()
                .filter(file -> !file.getFileName().toString().startsWith("edge"))
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    try (LocalModel model = LocalModel.open(file, OPTIONS)) {
                        int[] prompt = model.encode("Once upon a time");
                        Completion completion =
                                model.generate(GenerationRequest.greedy(prompt, 8), AnswerListener.NONE);
                        assertThat(completion.tokens()).hasSizeBetween(1, 8);
                        assertThat(model.tokenizer().decode(completion.tokens()))
                                .isNotNull();
                    }
                }));
    }
}
