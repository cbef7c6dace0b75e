package dev.lilla.kernel;

import java.util.Locale;
import java.util.Set;

/// How the host computes.
///
/// @param threads that compute, the caller included, 1 to [#THREADS_MAX]
/// @param isDeterministic whether long prompts are computed like single rows even where rounding them is faster, so
///     that logits have the same bits however a prompt is cut
public record HostOptions(Choice kernels, int threads, boolean isDeterministic, WeightMemory weights) {
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

    /// The fastest way to read prompts, and packed weights.
    public HostOptions(Choice kernels, int threads) {
        this(kernels, threads, false, WeightMemory.PACKED);
    }

    public HostOptions {
        if (threads < 1 || threads > THREADS_MAX) {
            throw new IllegalArgumentException("lilla.threads is " + threads + ", expected 1 to " + THREADS_MAX
                    + "; leave it out for one per core");
        }
    }

    /// The same, deterministic or not.
    public HostOptions withDeterminism(boolean value) {
        return new HostOptions(kernels, threads, value, weights);
    }

    /// The same, with the matrices elsewhere.
    public HostOptions withWeights(WeightMemory memory) {
        return new HostOptions(kernels, threads, isDeterministic, memory);
    }

    /// From the system properties `lilla.kernels` (`auto`, `amx`, `avx512`, `avx2`, `vector` or `reference`),
    /// `lilla.threads`, `lilla.deterministic` and `lilla.weights` (`packed` or `mapped`); by default whatever is
    /// fastest, on all physical cores. The Vector API computes with `lilla.vector.bits` bits (128, 256 or 512),
    /// fixed for the whole program when it first does.
    ///
    /// @throws IllegalArgumentException if a property has no value of its kind
    public static HostOptions fromProperties() {
        String bits = System.getProperty(VECTOR_BITS, "");
        if (!Set.of("", "128", "256", "512").contains(bits)) {
            throw new IllegalArgumentException(
                    VECTOR_BITS + " is \"" + bits + "\", expected 128, 256 or 512; leave it out for the widest");
        }
        return new HostOptions(
                choice(System.getProperty("lilla.kernels", "auto")),
                threadsWanted(),
                isDeterminismWanted(),
                weightMemory(System.getProperty("lilla.weights", "packed")));
    }

    private static WeightMemory weightMemory(String word) {
        return switch (word) {
            case "packed" -> WeightMemory.PACKED;
            case "mapped" -> WeightMemory.MAPPED;
            default ->
                throw new IllegalArgumentException("lilla.weights is \"" + word
                        + "\", expected packed or mapped; leave it out for packed, the fastest");
        };
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

    private static boolean isDeterminismWanted() {
        String word = System.getProperty("lilla.deterministic", "");
        if (!Set.of("", "true", "false").contains(word)) {
            throw new IllegalArgumentException("lilla.deterministic is \"" + word
                    + "\", expected true or false; leave it out for the fastest way to read prompts");
        }
        return word.equals("true");
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
