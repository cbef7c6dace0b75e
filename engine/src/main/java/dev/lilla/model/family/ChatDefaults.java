package dev.lilla.model.family;

import java.util.List;
import java.util.Optional;

/// What a family knows about talking with its models, where their files say nothing.
///
/// @param stopTokens texts of special tokens that end an answer, those of them that the vocabulary has
/// @param stopStrings ordinary texts that end an answer
/// @param system what stands in for a missing system message
/// @param template a chat template for files without one; empty where formats differ too much to guess
/// @param content what special tokens in the text of a message mean
public record ChatDefaults(
        BosPolicy bos,
        List<String> stopTokens,
        List<String> stopStrings,
        Optional<String> system,
        Optional<String> template,
        Content content) {
    /// What special tokens in the text of a message mean.
    public enum Content {
        /// What they mean elsewhere, as Transformers reads a rendered template.
        PARSED,
        /// Nothing: they are the text they are written as, and each message is encoded on its own.
        PLAIN
    }

    /// Whether a prompt begins with the token for the beginning of a sequence.
    public enum BosPolicy {
        /// As the tokenizer's files say.
        TOKENIZER,
        /// Always: without it the output is noise.
        ALWAYS,
        /// Never, whatever the files say.
        NEVER
    }

    public ChatDefaults {
        stopTokens = List.copyOf(stopTokens);
        stopStrings = List.copyOf(stopStrings);
    }

    static ChatDefaults of(BosPolicy bos, String... stopTokens) {
        return new ChatDefaults(
                bos, List.of(stopTokens), List.of(), Optional.empty(), Optional.empty(), Content.PARSED);
    }

    ChatDefaults withStopStrings(String... changed) {
        return new ChatDefaults(bos, stopTokens, List.of(changed), system, template, content);
    }

    ChatDefaults withSystem(String changed) {
        return new ChatDefaults(bos, stopTokens, stopStrings, Optional.of(changed), template, content);
    }

    ChatDefaults withTemplate(String changed) {
        return new ChatDefaults(bos, stopTokens, stopStrings, system, Optional.of(changed), content);
    }

    ChatDefaults withPlainContent() {
        return new ChatDefaults(bos, stopTokens, stopStrings, system, template, Content.PLAIN);
    }
}
