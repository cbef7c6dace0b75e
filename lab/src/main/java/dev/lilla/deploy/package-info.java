/// From a decision to a folder that serves: the gate, the model with its digest checked, what servers, containers
/// and clusters need to know; and whether the promise still holds.
@NullMarked
package dev.lilla.deploy;

import org.jspecify.annotations.NullMarked;
