package dev.lilla.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Whether a file descriptor is a terminal: `isatty` of the C library.
///
/// `System.console()` cannot tell the standard streams apart. Where there is no `isatty`, nothing is a terminal.
final class TerminalCheck {
    private TerminalCheck() {}

    @SuppressWarnings("restricted") // a call of the C library, with a fixed signature
    static boolean isTerminal(int descriptor) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> isatty = linker.defaultLookup().find("isatty");
        if (isatty.isEmpty()) {
            return false;
        }
        try {
            return (int) linker.downcallHandle(
                                    isatty.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                            .invokeExact(descriptor)
                    == 1;
        } catch (Throwable e) {
            return false;
        }
    }
}
