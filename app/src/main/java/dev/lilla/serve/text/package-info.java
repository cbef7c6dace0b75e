/// What the APIs have in common: what clients ask for, and the texts that are written for them.
@NullMarked
package dev.lilla.serve.text;

import org.jspecify.annotations.NullMarked;
