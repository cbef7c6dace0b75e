/// One file a model family: how its configuration and tensors become the description of a decoder.
@NullMarked
package dev.lilla.model.family;

import org.jspecify.annotations.NullMarked;
