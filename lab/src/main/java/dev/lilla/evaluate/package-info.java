/// How good a model is and how fast: perplexity and tokens per second now; tasks and metrics as they come.
@NullMarked
package dev.lilla.evaluate;

import org.jspecify.annotations.NullMarked;
