package dev.lilla.evaluate.task;

import java.util.List;

/// One row of a task, ready to be asked.
public sealed interface Example {
    /// Its name: what its row says, or its line.
    String id();

    /// What the model is given, for people.
    String question();

    /// What would be right, for people.
    String expected();

    /// Text is to be written.
    record Written(String id, Prompt prompt, List<String> references) implements Example {
        public Written {
            references = List.copyOf(references);
        }

        @Override
        public String question() {
            return prompt.shown();
        }

        @Override
        public String expected() {
            return String.join(" | ", references);
        }
    }

    /// Texts are to be weighed as continuations.
    ///
    /// @param delimiter between prompt and continuation
    /// @param right index of the right one
    record Chosen(String id, Prompt prompt, List<String> choices, String delimiter, int right) implements Example {
        public Chosen {
            choices = List.copyOf(choices);
        }

        @Override
        public String question() {
            return prompt.shown();
        }

        @Override
        public String expected() {
            return choices.get(right);
        }
    }

    /// A whole text is to be weighed.
    record Whole(String id, String text) implements Example {
        @Override
        public String question() {
            return text;
        }

        @Override
        public String expected() {
            return "";
        }
    }
}
