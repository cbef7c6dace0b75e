package dev.lilla.tokenizer;

/// What an encoder does about special tokens such as `<s>` or `<|im_end|>`.
public enum SpecialTokens {
    /// Recognizes them in the text, and adds what the model expects around a text (BOS, a prefix): for a prompt.
    ADD,
    /// Recognizes them in the text and adds none: for a rendered chat template, which writes its own.
    PARSE,
    /// Recognizes none and adds none: for what a user typed.
    NONE
}
