/// The local model store, and the catalog of known models and their shapes.
@NullMarked
package dev.lilla.store;

import org.jspecify.annotations.NullMarked;
