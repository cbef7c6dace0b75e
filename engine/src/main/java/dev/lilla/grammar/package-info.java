/// What a text may be: JSON schemas, regular expressions and GBNF as one automaton, and which tokens keep a text within
/// it.
@NullMarked
package dev.lilla.grammar;

import org.jspecify.annotations.NullMarked;
