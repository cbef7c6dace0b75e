/// What is said to a model and what comes back.
@NullMarked
package dev.lilla.chat;

import org.jspecify.annotations.NullMarked;
