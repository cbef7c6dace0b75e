/// Element types, block layouts, shapes, and tensors as typed views on memory; no arithmetic.
@NullMarked
package dev.lilla.tensor;

import org.jspecify.annotations.NullMarked;
