package dev.lilla.model;

import dev.lilla.kernel.Parameter;

/// A trained low-rank change of one weight: `scaling * up · down` is added to it.
///
/// @param weight name in the spec
/// @param down A, `[rank, in]`
/// @param up B, `[out, rank]`, rows in the order of the base
public record LowRankParameters(String weight, Parameter down, Parameter up, float scaling) {}
