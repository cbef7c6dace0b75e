package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.chat.Usage;
import dev.lilla.kernel.CapacityException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatSessionTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Echo model = new Echo();

    /// Answers with the number of messages and the last of them, and remembers what it was asked.
    private static final class Echo implements ChatModel {
        private final List<ChatRequest> requests = new ArrayList<>();
        private FinishReason reason = FinishReason.STOP;

        @Override
        public String name() {
            return "echo";
        }

        @Override
        public ChatResponse chat(ChatRequest request, AnswerListener listener) {
            requests.add(request);
            Message last = request.messages().getLast();
            if (last.content().equals("too long")) {
                throw new IllegalArgumentException("the prompt has 99 tokens");
            }
            if (last.content().equals("too much")) {
                throw new CapacityException("no block left");
            }
            String text = request.messages().size() + ":" + last.content();
            listener.text(text);
            return new ChatResponse(
                    text,
                    listener.isCancelled() ? FinishReason.CANCELLED : reason,
                    new Usage(7, 4, 3, Duration.ofSeconds(1), Duration.ofSeconds(2), DraftUsage.NONE));
        }
    }

    /// What a user types, who presses Ctrl-C while messages that begin with `stop` are answered.
    private static final class Typed implements ChatInput {
        private final Deque<String> messages;
        private String last = "";

        Typed(String... messages) {
            this.messages = new ArrayDeque<>(List.of(messages));
        }

        @Override
        public Optional<String> next() {
            Optional<String> next = Optional.ofNullable(messages.poll());
            last = next.orElse("");
            return next;
        }

        @Override
        public BooleanSupplier interrupted() {
            return () -> last.startsWith("stop");
        }

        @Override
        public void close() {}
    }

    private void type(String... messages) throws IOException {
        type(0, messages);
    }

    private void type(int maxTokens, String... messages) throws IOException {
        session(maxTokens).run(new Typed(messages));
    }

    private ChatSession session(int maxTokens) {
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(),
                Console.Terminals.NONE);
        return new ChatSession(console, model, new Conversation("be kind"), SamplerOptions.greedy(), maxTokens);
    }

    private String answers() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String notes() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Nested
    class Messages {
        @Test
        void areSentWithAllThatWasSaidBefore() throws IOException {
            type("one", "", "two");
            assertThat(answers()).isEqualTo("2:one\n4:two\n");
            assertThat(model.requests.getLast().messages())
                    .containsExactly(
                            Message.system("be kind"),
                            Message.user("one"),
                            Message.assistant("2:one"),
                            Message.user("two"));
        }

        @Test
        void areSentAloneToModelsThatKnowNoConversations() throws IOException {
            session(0).answeringEachAlone().run(new Typed("one", "two", "/retry", "/save " + folder.resolve("a.json")));
            assertThat(answers()).isEqualTo("2:one\n2:two\n2:two\n");
            assertThat(model.requests.getLast().messages())
                    .containsExactly(Message.system("be kind"), Message.user("two"));
            assertThat(notes()).contains("(4 messages written");
        }

        @Test
        void haveTheLimitThatWasAskedForOrNone() throws IOException {
            type(5, "one");
            type(0, "two");
            assertThat(model.requests.getFirst().maxTokens()).hasValue(5);
            assertThat(model.requests.getLast().maxTokens()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"too long", "too much"})
        void thatCannotBeAnsweredAreForgotten(String message) throws IOException {
            type("one", message, "two");
            assertThat(answers()).isEqualTo("2:one\n4:two\n");
            assertThat(notes()).contains("the message was taken back");
        }

        @Test
        void stayWithWhatWasSaidWhenTheUserStopsTheAnswer() throws IOException {
            type("stop it", "two");
            assertThat(notes()).contains("(stopped)");
            assertThat(model.requests.getLast().messages()).contains(Message.assistant("2:stop it"));
        }

        @Test
        void sayWhenTheyAreCutOff() throws IOException {
            model.reason = FinishReason.LENGTH;
            type(3, "one");
            assertThat(notes()).contains("(the answer was cut off: 3 tokens)");
        }
    }

    @Nested
    class Commands {
        @ParameterizedTest
        @ValueSource(strings = {"/exit", "/quit", "/bye"})
        void end(String word) throws IOException {
            type("one", word, "two");
            assertThat(answers()).isEqualTo("2:one\n");
        }

        @Test
        void answerTheLastMessageAgain() throws IOException {
            type("/retry", "one", "/retry");
            assertThat(notes()).contains("(nothing to retry)");
            assertThat(answers()).isEqualTo("2:one\n2:one\n");
        }

        @Test
        void takeBackAndForget() throws IOException {
            type("one", "two", "/undo", "three", "/reset", "four", "/undo", "/undo");
            assertThat(answers()).isEqualTo("2:one\n4:two\n4:three\n2:four\n");
            assertThat(notes()).contains("(taken back)", "(forgotten)", "(nothing to take back)");
        }

        @Test
        void showSetAndRemoveTheSystemMessage() throws IOException {
            type("/system", "/system  be brief ", "one", "/system -", "two", "/system");
            assertThat(notes()).contains("(system: be kind)", "set", "removed", "(no system message)");
            assertThat(model.requests.getFirst().messages()).startsWith(Message.system("be brief"));
            assertThat(model.requests.getLast().messages()).startsWith(Message.user("one"));
        }

        @Test
        void tellWhatTheLastAnswerCost() throws IOException {
            type("/stats", "one", "/stats");
            assertThat(notes()).contains("(no answer yet)", "(read 7 tokens (4 cached) at 3.0/s, wrote 3 at 1.0/s)");
        }

        @Test
        void saveAndLoadWhatWasSaid() throws IOException {
            Path file = folder.resolve("chat.json");
            type("one", "/save " + file, "/reset", "/load " + file, "two");
            assertThat(answers()).endsWith("4:two\n");
            assertThat(notes()).contains("(2 messages written", "(2 messages read");
        }

        @Test
        void explainWhatTheyCannotDoAndGoOn() throws IOException {
            Path file = Files.writeString(folder.resolve("no-list.json"), "{}");
            type("/save", "/load " + folder.resolve("absent.json"), "/load " + file, "/nothing", "one");
            assertThat(notes())
                    .contains(
                            "/save needs the name of a file",
                            "absent.json",
                            "holds no list of messages",
                            "there is no /nothing");
            assertThat(answers()).isEqualTo("2:one\n");
        }

        @Test
        void showExamplesAndSendThem() throws IOException {
            session(0)
                    .withExamples(List.of("Do this.\nA text", "Do that."))
                    .run(new Typed("/try", "/try 1", "/try 3", "/try none"));
            assertThat(notes())
                    .contains(
                            " 1  Do this.\n    A text",
                            " 2  Do that.",
                            "1 to 2, found \"3\"",
                            "1 to 2, found \"none\"");
            assertThat(answers()).isEqualTo("2:Do this.\nA text\n");
            type("/try");
            assertThat(notes()).contains("no examples for this model");
        }

        @Test
        void areAllInTheHelp() throws IOException {
            type("/help");
            assertThat(notes()).contains(ChatSession.COMMANDS.subList(1, ChatSession.COMMANDS.size()));
        }
    }
}
