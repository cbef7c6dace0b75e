/// The invented world of the demo models: its corpus, a proof that nothing leaks from it, and the scores on it.
@NullMarked
package dev.lilla.demo;

import org.jspecify.annotations.NullMarked;
