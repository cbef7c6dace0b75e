package dev.lilla.kernel;

import java.util.Locale;
import java.util.Set;

/// How the host computes.
///
/// @param threads that compute, the caller included, 1 to [#THREADS_MAX]
public record HostOptions(Choice kernels, int threads) {
    /// A bound against typing errors; no machine of this class has more cores.
    public static final int THREADS_MAX = 1024;

    static final String VECTOR_BITS = "lilla.vector.bits";

    /// Which implementation of the kernels; what cannot run here is refused.
    public enum Choice {
        /// The fastest that can run here.
        AUTO,
        /// Machine code with tiles (AMX).
        AMX,
        /// Machine code for AVX-512 with VNNI.
        AVX512,
        /// Machine code for AVX2.
        AVX2,
        /// The Vector API.
        VECTOR,
        /// Plain loops.
        REFERENCE
    }

    public HostOptions {
        if (threads < 1 || threads > THREADS_MAX) {
            throw new IllegalArgumentException("lilla.threads is " + threads + ", expected 1 to " + THREADS_MAX
                    + "; leave it out for one per core");
        }
    }

    /// From the system properties `lilla.kernels` (`auto`, `amx`, `avx512`, `avx2`, `vector` or `reference`) and
    /// `lilla.threads`; by default whatever is fastest, on all physical cores. The Vector API computes with
    /// `lilla.vector.bits` bits (128, 256 or 512), fixed for the whole program when it first does.
    ///
    /// @throws IllegalArgumentException if a property has no value of its kind
    public static HostOptions fromProperties() {
        String bits = System.getProperty(VECTOR_BITS, "");
        if (!Set.of("", "128", "256", "512").contains(bits)) {
            throw new IllegalArgumentException(
                    VECTOR_BITS + " is \"" + bits + "\", expected 128, 256 or 512; leave it out for the widest");
        }
        return new HostOptions(choice(System.getProperty("lilla.kernels", "auto")), threadsWanted());
    }

    private static Choice choice(String word) {
        for (Choice choice : Choice.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(word)) {
                return choice;
            }
        }
        throw new IllegalArgumentException("lilla.kernels is \"" + word
                + "\", expected auto, amx, avx512, avx2, vector or reference; leave it out for auto");
    }

    private static int threadsWanted() {
        String number = System.getProperty("lilla.threads", "");
        try {
            return number.isEmpty() ? ProcessorFacts.physicalCores() : Integer.parseInt(number);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "lilla.threads is \"" + number + "\", expected a number from 1 to " + THREADS_MAX, e);
        }
    }
}
