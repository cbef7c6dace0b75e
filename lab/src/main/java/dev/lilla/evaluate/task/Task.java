package dev.lilla.evaluate.task;

import tools.jackson.databind.JsonNode;

/// What is asked of a model, and how its answers are scored.
///
/// @param kind what an answer is, and its metrics
/// @param prompt how a row becomes a prompt
/// @param rows where examples come from
/// @param decoding how answers are written
/// @param source the task file, for the protocol
public record Task(String name, TaskKind kind, PromptForm prompt, TaskRows rows, Decoding decoding, JsonNode source) {
    public Task withRows(TaskRows value) {
        return new Task(name, kind, prompt, value, decoding, source);
    }

    /// The same with answers drawn by another seed.
    public Task withSeed(long value) {
        return new Task(name, kind, prompt, rows, decoding.withSeed(value), source);
    }
}
