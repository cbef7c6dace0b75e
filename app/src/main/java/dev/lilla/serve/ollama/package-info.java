/// Ollama's API: one file an endpoint, and records whose components are the fields of the wire.
@NullMarked
package dev.lilla.serve.ollama;

import org.jspecify.annotations.NullMarked;
