package dev.lilla.chat;

/// An answer.
///
/// @param text all of it, also what was streamed before
/// @param usage tokens and times
public record ChatResponse(String text, FinishReason finishReason, Usage usage) {}
