/// Text to token ids and back.
@NullMarked
package dev.lilla.tokenizer;

import org.jspecify.annotations.NullMarked;
