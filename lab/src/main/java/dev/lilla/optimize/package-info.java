/// Models into other forms: converted and quantized.
@NullMarked
package dev.lilla.optimize;

import org.jspecify.annotations.NullMarked;
