/// The numeric operations a decoder is made of, and the device memory they work on.
@NullMarked
package dev.lilla.kernel;

import org.jspecify.annotations.NullMarked;
