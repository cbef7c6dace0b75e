package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageLinesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "hello > hello",
                "one\\|two > one#two",
                "one\\|two\\|three > one#two#three",
                "\"\"\"one|two\"\"\" > one#two",
                "\"\"\"|one||two|\"\"\" > one##two",
                "\"\"\"one\"\"\" > one",
                "\"\"\"never closed|at all > never closed#at all",
                "ends\\ > ends",
            })
    void makeMessages(String lines, String message) throws IOException {
        Deque<String> queue = new ArrayDeque<>(Arrays.asList(lines.split("\\|", -1)));
        assertThat(MessageLines.read(_ -> Optional.ofNullable(queue.poll()))).contains(message.replace('#', '\n'));
    }

    @Test
    void endWhenNothingComes() throws IOException {
        assertThat(MessageLines.read(_ -> Optional.empty())).isEmpty();
    }
}
