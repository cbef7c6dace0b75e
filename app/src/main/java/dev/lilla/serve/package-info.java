/// The server: its routes, its models, and how it starts and stops.
@NullMarked
package dev.lilla.serve;

import org.jspecify.annotations.NullMarked;
