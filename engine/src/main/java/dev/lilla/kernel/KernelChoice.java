package dev.lilla.kernel;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Which kernels serve here, and why.
///
/// @param reason one sentence: why these, and what to do if that is not what it should be
record KernelChoice(Kernels kernels, String reason) {
    private static final String MODULE = "jdk.incubator.vector";
    private static final String ASKED_FOR = "lilla.kernels asks for them";

    /// @throws IllegalArgumentException if the wanted kernels cannot run here
    static KernelChoice of(HostOptions options) {
        return switch (options.kernels()) {
            case REFERENCE -> new KernelChoice(new ReferenceKernels(), ASKED_FOR);
            case VECTOR -> {
                try {
                    yield new KernelChoice(vector(), ASKED_FOR);
                } catch (ReflectiveOperationException | LinkageError e) {
                    throw new IllegalArgumentException("lilla.kernels is vector, but " + vectorRefusal(), e);
                }
            }
            case AMX -> forced(Isa.AMX, options);
            case AVX512 -> forced(Isa.AVX512, options);
            case AVX2 -> forced(Isa.AVX2, options);
            case AUTO -> best(options);
        };
    }

    private static KernelChoice forced(Isa isa, HostOptions options) {
        Optional<Set<CpuFeature>> features = CpuFeature.ofThisMachine();
        String asked = "lilla.kernels is " + isa.name().toLowerCase(Locale.ROOT) + ", but ";
        if (features.isEmpty()) {
            throw new IllegalArgumentException(asked + codeRefusal() + "; leave it out for the fastest that run here");
        }
        Set<CpuFeature> missing = isa.missing(features.get());
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(asked + "this processor or system lacks " + words(missing)
                    + "; leave it out for the fastest that run here");
        }
        return new KernelChoice(machineCode(isa, features.get(), options), ASKED_FOR);
    }

    private static KernelChoice best(HostOptions options) {
        Optional<Set<CpuFeature>> features = CpuFeature.ofThisMachine();
        if (features.isPresent()) {
            for (Isa isa : new Isa[] {Isa.AMX, Isa.AVX512, Isa.AVX2}) {
                if (isa.missing(features.get()).isEmpty()) {
                    return new KernelChoice(machineCode(isa, features.get(), options), "the fastest that run here");
                }
            }
        }
        String refusal = features.isEmpty()
                ? codeRefusal()
                : "this processor lacks " + words(Isa.AVX2.missing(features.get())) + " for machine code";
        try {
            return new KernelChoice(vector(), refusal + "; the Vector API is the fastest that is left");
        } catch (ReflectiveOperationException | LinkageError e) {
            return new KernelChoice(new ReferenceKernels(), refusal + "; " + vectorRefusal());
        }
    }

    /// For each level of machine code that cannot run here, by the name that forces it, why.
    static Map<String, String> refusals() {
        Optional<Set<CpuFeature>> features = CpuFeature.ofThisMachine();
        Map<String, String> refusals = new LinkedHashMap<>();
        for (Isa isa : new Isa[] {Isa.AMX, Isa.AVX512, Isa.AVX2}) {
            String name = isa.name().toLowerCase(Locale.ROOT);
            if (features.isEmpty()) {
                refusals.put(name, codeRefusal());
            } else if (!isa.missing(features.get()).isEmpty()) {
                refusals.put(name, "this processor or system lacks " + words(isa.missing(features.get())));
            }
        }
        return refusals;
    }

    private static Kernels machineCode(Isa isa, Set<CpuFeature> features, HostOptions options) {
        PromptRounding rounding = options.isDeterministic() ? PromptRounding.NEVER : PromptRounding.WHERE_FASTER;
        Kernels definition = new ReferenceKernels();
        return new CheckedKernels(new MachineCodeKernels(isa, features, definition, rounding), definition);
    }

    private static String words(Set<CpuFeature> features) {
        return features.stream()
                .map(feature -> feature.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /// By reflection, so that nothing else needs the module.
    private static Kernels vector() throws ReflectiveOperationException {
        return Class.forName("dev.lilla.kernel.VectorKernels")
                .asSubclass(Kernels.class)
                .getDeclaredConstructor()
                .newInstance();
    }

    private static String codeRefusal() {
        return "machine code cannot run here: it needs Linux on x86-64, a system that allows executable memory, and"
                + " Java with --enable-native-access=ALL-UNNAMED where that is denied";
    }

    private static String vectorRefusal() {
        return ModuleLayer.boot().findModule(MODULE).isPresent()
                ? "the Vector API does not work in this Java machine; run it with the JDK's own virtual machine"
                : "the Vector API is not loaded, and plain loops are many times slower; start Java with --add-modules "
                        + MODULE;
    }
}
