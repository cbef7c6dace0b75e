package dev.lilla.kernel.x64;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Puts finished code into memory where it can run. Pages are written first, then made executable, and never written
/// again (W^X); they stay for the life of the program, since a thread may be inside at any time.
///
/// Hardened systems refuse executable memory (SELinux `execmem`, systemd `MemoryDenyWriteExecute`): that is an answer,
/// not an error.
public final class CodeMemory {
    private CodeMemory() {}

    /// @param code runs at any address that is a multiple of 64
    /// @return empty if the system refuses executable memory
    @SuppressWarnings("restricted") // the address is what the system just gave
    public static Optional<Kernel> publish(String name, byte[] code) {
        long bytes = LinuxMemory.roundUp(code.length, LinuxMemory.PAGE);
        Optional<Long> mapped = LinuxMemory.map(bytes);
        if (mapped.isEmpty()) {
            return Optional.empty();
        }
        long address = mapped.get();
        MemorySegment pages = MemorySegment.ofAddress(address).reinterpret(bytes);
        pages.fill((byte) 0xCC);
        MemorySegment.copy(MemorySegment.ofArray(code), 0, pages, 0, code.length);
        if (!LinuxMemory.protect(address, bytes, LinuxMemory.READ | LinuxMemory.EXECUTE)) {
            LinuxMemory.unmap(address, bytes);
            return Optional.empty();
        }
        return Optional.of(new Kernel(name, MemorySegment.ofAddress(address), code.length));
    }
}
