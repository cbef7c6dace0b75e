package dev.lilla.kernel;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// A program that says what computes where it runs; a test starts it with other flags. With a second argument it first
/// asks Linux never to give it executable memory again, as hardened systems do.
public final class DescribeHost {
    private DescribeHost() {}

    static final String WITHOUT_EXECUTABLE_MEMORY = "WITHOUT_EXECUTABLE_MEMORY";
    static final String NOT_POSSIBLE = "this Linux cannot refuse executable memory";

    /// Linux 6.3 and later (linux/prctl.h).
    private static final int PR_SET_MDWE = 65;

    private static final long PR_MDWE_REFUSE_EXEC_GAIN = 1;

    public static void main(String[] args) throws IOException {
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            boolean isPossible = args.length == 1 || refuseExecutableMemory();
            out.write((isPossible ? describe(args[0]) : NOT_POSSIBLE).getBytes(StandardCharsets.UTF_8));
        }
    }

    /// @return whether Linux does so
    @SuppressWarnings("restricted") // prctl takes five numbers
    private static boolean refuseExecutableMemory() {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try {
            return (int) prctl.invokeExact(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("prctl could not be called", e);
        }
    }

    private static String describe(String choice) {
        try {
            HostDescription host = HostDescription.of(new HostOptions(HostOptions.Choice.valueOf(choice), 1));
            return host.kernels() + ": " + host.reason();
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
