package dev.lilla.kernel.x64;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Puts finished code into memory where it can run. Pages are written first, then made executable, and never written
/// again (W^X); they stay for the life of the program, since a thread may be inside at any time.
///
/// Hardened systems refuse executable memory (SELinux `execmem`, systemd `MemoryDenyWriteExecute`): that is an answer,
/// not an error.
public final class CodeMemory {
    /// Where a kernel starts: a cache line, which its constants need.
    private static final int BOUNDARY = 64;

    /// INT3 between kernels: who gets there is stopped.
    private static final byte TRAP = (byte) 0xCC;

    private CodeMemory() {}

    /// @param code runs at any address that is a multiple of 64
    /// @return empty if the system refuses executable memory
    public static Optional<Kernel> publish(String name, byte[] code) {
        return publish(Map.of(name, code)).map(kernels -> kernels.get(name));
    }

    /// The same where the system has given executable memory before, as it must have when [CpuFeature] answered.
    ///
    /// @throws IllegalStateException if the system refuses it now
    public static Kernel require(String name, byte[] code) {
        return publish(name, code)
                .orElseThrow(() -> new IllegalStateException(
                        "the system gave executable memory before and refuses it now, for " + name));
    }

    /// Many kernels in the same pages: most are shorter than one.
    ///
    /// @param codes by name, one at least; each runs at any address that is a multiple of 64
    /// @return the kernels by name, or empty if the system refuses executable memory
    @SuppressWarnings("restricted") // the address is what the system just gave
    public static Optional<Map<String, Kernel>> publish(Map<String, byte[]> codes) {
        long bytes = LinuxMemory.roundUp(bytes(codes), LinuxMemory.PAGE);
        Optional<Long> mapped = LinuxMemory.map(bytes);
        if (mapped.isEmpty()) {
            return Optional.empty();
        }
        long address = mapped.get();
        MemorySegment pages = MemorySegment.ofAddress(address).reinterpret(bytes);
        pages.fill(TRAP);
        Map<String, Kernel> kernels = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, byte[]> entry : codes.entrySet()) {
            byte[] code = entry.getValue();
            MemorySegment.copy(MemorySegment.ofArray(code), 0, pages, at, code.length);
            kernels.put(entry.getKey(), new Kernel(entry.getKey(), MemorySegment.ofAddress(address + at), code.length));
            at += LinuxMemory.roundUp(code.length, BOUNDARY);
        }
        if (!LinuxMemory.protect(address, bytes, LinuxMemory.READ | LinuxMemory.EXECUTE)) {
            LinuxMemory.unmap(address, bytes);
            return Optional.empty();
        }
        if (PerfMap.isWanted()) {
            PerfMap.append(kernels.values());
        }
        return Optional.of(kernels);
    }

    private static long bytes(Map<String, byte[]> codes) {
        if (codes.isEmpty()) {
            throw new IllegalArgumentException("there is no code to publish");
        }
        long bytes = 0;
        for (Map.Entry<String, byte[]> entry : codes.entrySet()) {
            if (entry.getValue().length == 0) {
                throw new IllegalArgumentException("kernel " + entry.getKey() + " has no code");
            }
            bytes += LinuxMemory.roundUp(entry.getValue().length, BOUNDARY);
        }
        return bytes;
    }
}
