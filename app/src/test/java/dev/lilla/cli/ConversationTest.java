package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.chat.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationTest {
    @TempDir
    Path folder;

    private final Conversation conversation = new Conversation("be kind");

    @Test
    void beginsWithTheSystemMessage() {
        conversation.add(Message.user("hi"));
        assertThat(conversation.messages()).containsExactly(Message.system("be kind"), Message.user("hi"));
        conversation.setSystem("  ");
        assertThat(conversation.messages()).containsExactly(Message.user("hi"));
    }

    @Test
    void takesBackTheLastQuestionWithAllThatFollowed() {
        conversation.add(Message.user("one"));
        conversation.add(Message.assistant("1"));
        conversation.add(Message.user("two"));
        assertThat(conversation.undo()).contains("two");
        assertThat(conversation.undo()).contains("one");
        assertThat(conversation.undo()).isEmpty();
        assertThat(conversation.system()).contains("be kind");
    }

    @Test
    void readsWhatItWrote() throws IOException {
        conversation.add(Message.user("line 1\nline \"2\" \u00e5"));
        conversation.add(Message.assistant("yes"));
        Path file = folder.resolve("chat.json");
        conversation.save(file);
        Conversation loaded = new Conversation(null);
        loaded.load(file);
        assertThat(loaded.messages()).isEqualTo(conversation.messages());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[{\"role\":\"king\",\"content\":\"x\"}]"})
    void keepsWhatItHasWhenAFileHoldsNoConversation(String content) throws IOException {
        conversation.add(Message.user("hi"));
        Path file = Files.writeString(folder.resolve("chat.json"), content);
        assertThatThrownBy(() -> conversation.load(file)).isInstanceOf(IllegalArgumentException.class);
        assertThat(conversation.messages()).containsExactly(Message.system("be kind"), Message.user("hi"));
    }
}
