/// Metrics: what a good answer is, as numbers that agree with the field's reference implementations.
@NullMarked
package dev.lilla.evaluate.metric;

import org.jspecify.annotations.NullMarked;
