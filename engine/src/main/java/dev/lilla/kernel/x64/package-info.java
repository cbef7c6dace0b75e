/// Assembles x86-64 machine code into executable memory: the instructions, the processor's features, and the kernels.
@NullMarked
package dev.lilla.kernel.x64;

import org.jspecify.annotations.NullMarked;
