package dev.lilla.cli;

import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.chat.Usage;
import dev.lilla.kernel.CapacityException;
import dev.lilla.template.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A conversation with a model, until the user ends it.
final class ChatSession {
    /// What can be typed besides messages.
    static final List<String> COMMANDS =
            List.of("/help", "/system", "/reset", "/retry", "/undo", "/save", "/load", "/stats", "/try", "/exit");

    private static final String HELP = """
            /system TEXT   tells the model how to behave (no TEXT: shows it; /system - removes it)
            /reset         forgets the conversation, keeps the system message
            /retry         answers the last message again
            /undo          takes back the last message and its answer
            /save FILE     writes the conversation as JSON
            /load FILE     goes on with a saved one
            /stats         tokens and speeds of the last answer
            /try [NUMBER]  messages that this model was trained to understand; with a number, sends one
            /exit          ends (also Ctrl-D)
            A line that ends with \\ goes on; \"\"\" begins and ends a message of several lines.
            Ctrl-C stops an answer.""";

    private final Console console;
    private final ChatModel model;
    private final Conversation conversation;
    private final SamplerOptions sampler;
    private ResponseFormat format = ResponseFormat.TEXT;
    private final int maxTokens;
    private List<String> examples = List.of();
    private boolean answersEachAlone;
    private @Nullable Usage lastUsage;

    /// @param maxTokens the most tokens of an answer; 0 for as many as fit
    ChatSession(Console console, ChatModel model, Conversation conversation, SamplerOptions sampler, int maxTokens) {
        this.console = console;
        this.model = model;
        this.conversation = conversation;
        this.sampler = sampler;
        this.maxTokens = maxTokens;
    }

    /// Wants every answer to have a form.
    ChatSession answeringIn(ResponseFormat wanted) {
        format = wanted;
        return this;
    }

    /// Has messages to show to somebody who does not know what to say.
    ChatSession withExamples(List<String> messages) {
        examples = List.copyOf(messages);
        return this;
    }

    /// Sends no message but the last, for a model that was trained on single questions and answers.
    ChatSession answeringEachAlone() {
        answersEachAlone = true;
        return this;
    }

    /// Talks until the input ends or the user leaves.
    void run(ChatInput input) throws IOException {
        Optional<String> message = input.next();
        while (message.isPresent()) {
            String text = message.get();
            if (text.equals("/exit") || text.equals("/quit") || text.equals("/bye")) {
                return;
            }
            if (text.startsWith("/")) {
                command(text, input);
            } else if (!text.isEmpty()) {
                answer(text, input);
            }
            message = input.next();
        }
    }

    private void answer(String text, ChatInput input) {
        conversation.add(Message.user(text));
        ChatRequest request = new ChatRequest(
                answersEachAlone ? conversation.lastMessage() : conversation.messages(),
                Optional.of(sampler),
                maxTokens == 0 ? OptionalInt.empty() : OptionalInt.of(maxTokens),
                List.of(),
                Map.of(),
                format);
        try {
            ChatResponse response = model.chat(request, new AnswerPrinter(console, input.interrupted()));
            console.out().println();
            conversation.add(Message.assistant(response.text()));
            lastUsage = response.usage();
            if (response.finishReason() == FinishReason.LENGTH) {
                note("the answer was cut off: " + response.usage().completionTokens() + " tokens");
            } else if (response.finishReason() == FinishReason.CANCELLED) {
                note("stopped");
            }
        } catch (IllegalArgumentException | TemplateException | CapacityException e) {
            conversation.undo();
            console.err().println(console.styled("@|bold,red lilla:|@ ") + e.getMessage());
            note("the message was taken back; /reset or /undo makes room where the conversation is too long");
        }
    }

    private void command(String text, ChatInput input) {
        String[] words = text.split("\\s+", 2);
        String argument = words.length > 1 ? words[1].strip() : "";
        try {
            switch (words[0]) {
                case "/help", "/?" -> console.err().println(HELP);
                case "/system" -> system(argument);
                case "/reset", "/clear" -> {
                    conversation.reset();
                    note("forgotten");
                }
                case "/retry" ->
                    conversation.undo().ifPresentOrElse(last -> answer(last, input), () -> note("nothing to retry"));
                case "/undo" -> note(conversation.undo().isPresent() ? "taken back" : "nothing to take back");
                case "/save" -> {
                    conversation.save(file(argument, "/save"));
                    note(conversation.size() + " messages written to " + argument);
                }
                case "/load" -> {
                    conversation.load(file(argument, "/load"));
                    note(conversation.size() + " messages read from " + argument);
                }
                case "/try" -> example(argument, input);
                case "/stats" -> note(lastUsage == null ? "no answer yet" : AnswerPrinter.timings(lastUsage));
                default -> note("there is no " + words[0] + "; /help lists what there is");
            }
        } catch (IOException | RuntimeException e) {
            new Failures(console, false).report(e);
        }
    }

    private void example(String number, ChatInput input) {
        if (examples.isEmpty()) {
            note("there are no examples for this model");
        } else if (number.isEmpty()) {
            for (int i = 0; i < examples.size(); i++) {
                console.err().println("%2d  %s".formatted(i + 1, examples.get(i).replace("\n", "\n    ")));
            }
            note("/try 1 sends the first; in messages of your own, a line that ends with \\ goes on");
        } else {
            String text = examples.get(index(number));
            console.err().println(text);
            answer(text, input);
        }
    }

    private int index(String number) {
        try {
            int index = Integer.parseInt(number) - 1;
            if (index >= 0 && index < examples.size()) {
                return index;
            }
        } catch (NumberFormatException e) {
            // Said below, as of a number that is too large.
        }
        throw new IllegalArgumentException(
                "/try takes a number from 1 to " + examples.size() + ", found \"" + number + "\"");
    }

    private void system(String text) {
        if (text.isEmpty()) {
            note(conversation.system().map(current -> "system: " + current).orElse("no system message"));
        } else {
            conversation.setSystem(text.equals("-") ? "" : text);
            note("system message " + (text.equals("-") ? "removed" : "set") + "; /reset begins anew with it");
        }
    }

    private static Path file(String argument, String command) {
        if (argument.isEmpty()) {
            throw new IllegalArgumentException(command + " needs the name of a file");
        }
        return Path.of(argument);
    }

    private void note(String text) {
        console.err().println("(" + text + ")");
    }
}
