/// What llama.cpp's server has beside OpenAI's API: one file an endpoint.
@NullMarked
package dev.lilla.serve.llamacpp;

import org.jspecify.annotations.NullMarked;
