/// Downloads from a model hub into the store: resumed, checked, never outside the folder of the model.
@NullMarked
package dev.lilla.hub;

import org.jspecify.annotations.NullMarked;
