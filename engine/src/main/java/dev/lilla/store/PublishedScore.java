package dev.lilla.store;

/// What somebody measured of a model and published. Scores under different protocols are not comparable.
///
/// @param benchmark `MMLU`, `GSM8K`, …
/// @param value in the unit of the source, mostly percent
/// @param of which variant: `base` or `chat`
/// @param protocol number of examples in the prompt and what else matters, as far as the source says
/// @param source where it was read
public record PublishedScore(String benchmark, double value, String of, String protocol, String source) {}
