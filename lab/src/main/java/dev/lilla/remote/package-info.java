/// Models elsewhere: chat over the wire formats of OpenAI and Anthropic, with a key from the environment.
@NullMarked
package dev.lilla.remote;

import org.jspecify.annotations.NullMarked;
