/// From logits to text: sequences, samplers, stop conditions and log-likelihoods.
@NullMarked
package dev.lilla.generate;

import org.jspecify.annotations.NullMarked;
