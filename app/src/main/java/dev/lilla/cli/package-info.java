/// The command line; the only place that wires everything and the only one that prints.
@NullMarked
package dev.lilla.cli;

import org.jspecify.annotations.NullMarked;
