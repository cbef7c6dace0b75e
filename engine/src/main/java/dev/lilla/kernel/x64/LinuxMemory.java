package dev.lilla.kernel.x64;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The calls of the C library that machine code needs: pages of memory with rights of their own, advice about them, and
/// the permission to use tiles. Linux on x86-64.
public final class LinuxMemory {
    public static final long PAGE = 4096;
    public static final long HUGE_PAGE = 2 << 20;

    static final int READ = 1;
    static final int WRITE = 2;
    static final int EXECUTE = 4;

    /// `madvise` numbers (linux/mman.h).
    private static final int ADVISE_NOT_NEEDED = 4;

    private static final int ADVISE_HUGE_PAGES = 14;
    private static final int ADVISE_POPULATE_READ = 22;

    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final long REQUEST_COMPONENT_PERMISSION = 0x1023;
    private static final long TILE_DATA = 18;

    /// Every call goes through `syscall(2)`, with all arguments of 64 bits: Java makes code for each shape of a call,
    /// some 10 ms while a program starts. Looked up when first called: another system has no such function.
    private static final class Calls {
        private static final Linker LINKER = Linker.nativeLinker();

        @SuppressWarnings("restricted") // the number of a call and its six arguments
        static final MethodHandle SYSCALL = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG));
    }

    /// Calls of Linux on x86-64, by their numbers (asm/unistd_64.h).
    private enum Call {
        MMAP(9),
        MPROTECT(10),
        MUNMAP(11),
        MADVISE(28),
        ARCH_PRCTL(158);

        private final long number;

        Call(long number) {
            this.number = number;
        }

        /// @param address or another first argument
        /// @return -1 if the system refuses
        long of(long address, long bytes, long third) {
            return of(address, bytes, third, 0, 0);
        }

        long of(long address, long bytes, long third, long flags, long file) {
            try {
                return (long) Calls.SYSCALL.invokeExact(number, address, bytes, third, flags, file, 0L);
            } catch (Throwable e) {
                throw new IllegalStateException("the call of " + this + " failed", e);
            }
        }
    }

    private LinuxMemory() {}

    /// Whether the calls below can be made: this operating system and processor, and a Java that lets us.
    public static boolean isHere() {
        return Here.IS;
    }

    /// Found out once.
    private static final class Here {
        static final boolean IS = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64")
                && isNativeAccessAllowed();
    }

    /// Java refuses with `--illegal-native-access=deny`, unless `--enable-native-access` names us.
    @SuppressWarnings("restricted") // that is the question
    private static boolean isNativeAccessAllowed() {
        try {
            // As kernels are called, so that what Java makes for it serves them too.
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
            return true;
        } catch (IllegalCallerException e) {
            return false;
        }
    }

    /// Zeroed pages that belong to `arena`, in huge pages where the system has them; aligned to 2 MiB if they are at
    /// least as large. Memory is taken from the machine only as it is touched.
    ///
    /// @return empty if the system refuses
    @SuppressWarnings("restricted") // the address is what the system just gave
    public static Optional<MemorySegment> pages(long bytes, Arena arena) {
        long boundary = bytes >= HUGE_PAGE ? HUGE_PAGE : PAGE;
        long mapped = roundUp(bytes, PAGE) + boundary - PAGE;
        Optional<Long> address = map(mapped);
        if (address.isEmpty()) {
            return Optional.empty();
        }
        long start = address.get();
        MemorySegment segment = MemorySegment.ofAddress(roundUp(start, boundary))
                .reinterpret(roundUp(bytes, PAGE), arena, _ -> unmap(start, mapped));
        advise(segment, ADVISE_HUGE_PAGES);
        return Optional.of(segment.asSlice(0, bytes));
    }

    /// Says that the pages of a mapped file are not needed in memory any more; they are read again
    /// when they are. Memory that is no file would lose its contents.
    public static void release(MemorySegment mapped) {
        advise(mapped, ADVISE_NOT_NEEDED);
    }

    /// Asks that the pages of a mapped file are in memory and known to this process before they are used.
    public static void populate(MemorySegment mapped) {
        advise(mapped, ADVISE_POPULATE_READ);
    }

    /// Whole pages only; advice that is refused changes nothing but speed.
    private static void advise(MemorySegment segment, int advice) {
        long from = roundUp(segment.address(), PAGE);
        long to = (segment.address() + segment.byteSize()) / PAGE * PAGE;
        if (to > from) {
            long _ = Call.MADVISE.of(from, to - from, advice);
        }
    }

    static Optional<Long> map(long bytes) {
        long address = Call.MMAP.of(0, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1);
        return address == -1 ? Optional.empty() : Optional.of(address);
    }

    static void unmap(long address, long bytes) {
        long _ = Call.MUNMAP.of(address, bytes, 0);
    }

    /// @return whether the system allows it
    static boolean protect(long address, long bytes, int rights) {
        return Call.MPROTECT.of(address, bytes, rights) == 0;
    }

    /// Asks Linux for the right to use tiles in this process; threads made before have it too.
    static boolean requestTiles() {
        return Call.ARCH_PRCTL.of(REQUEST_COMPONENT_PERMISSION, TILE_DATA, 0) == 0;
    }

    static long roundUp(long value, long unit) {
        return (value + unit - 1) / unit * unit;
    }
}
