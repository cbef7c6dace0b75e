package dev.lilla.project;

/// How long the texts of a project are, in characters.
///
/// @param inputMedian of inputs with their contexts
/// @param inputMost the longest
public record TextLengths(int inputMedian, int inputMost, int outputMedian, int outputMost) {
    public static final TextLengths NONE = new TextLengths(0, 0, 0, 0);
}
