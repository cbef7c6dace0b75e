package dev.lilla.kernel.x64;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Code that can be called. It takes the address of one block of arguments, whose layout its generator states.
///
/// A wrong argument crashes the program, so only those who checked all of them call.
///
/// @param bytes length of the code with its constants
public record Kernel(String name, MemorySegment code, int bytes) {
    /// One handle for all kernels, a constant to the compiler; the code's address is its first argument. A normal call
    /// and not a critical one: that would keep the garbage collector waiting for the kernel's end (KERNELS.md 5).
    @SuppressWarnings("restricted") // the convention of every kernel: one address, no result
    private static final MethodHandle CALL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    /// Runs it to its end.
    public void call(long arguments) {
        try {
            CALL.invokeExact(code, arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("kernel " + name + " could not be called", e);
        }
    }
}
