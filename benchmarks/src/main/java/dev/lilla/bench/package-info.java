/// Speed of kernels and of whole models, beside the Java peers.
@NullMarked
package dev.lilla.bench;

import org.jspecify.annotations.NullMarked;
