/// How good a model is: perplexity now; tasks and metrics as they come.
@NullMarked
package dev.lilla.evaluate;

import org.jspecify.annotations.NullMarked;
