package dev.lilla.model;

import dev.lilla.tensor.Tensor;

/// What an adapter's file says of one weight.
///
/// @param weight name in the spec
/// @param down A, `[rank, in]`
/// @param up B, `[out, rank]`, rows in the file's order
/// @param scaling factor on the product
record AdapterPart(String weight, Tensor down, Tensor up, float scaling) {}
