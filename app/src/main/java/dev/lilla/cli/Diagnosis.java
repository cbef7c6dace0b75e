package dev.lilla.cli;

import dev.lilla.kernel.HostDescription;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.kernel.ProcessorFacts;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What `lilla doctor` finds on this machine.
final class Diagnosis {
    private static final int JAVA_MIN = 25;
    private static final String VECTOR_MODULE = "jdk.incubator.vector";
    private static final String LAUNCHER = "Start Lilla with the script ./lilla, or pass --add-modules " + VECTOR_MODULE
            + " --enable-native-access=ALL-UNNAMED to java";

    /// Extensions that make a difference to a language model, in Linux's words.
    private static final Set<String> TELLING_FLAGS = Set.of(
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx_vnni",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "amx_tile",
            "amx_int8",
            "amx_bf16",
            "asimd",
            "asimddp",
            "i8mm",
            "bf16",
            "sve",
            "sve2");

    private final Console console;

    Diagnosis(Console console) {
        this.console = console;
    }

    List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        checks.add(java());
        checks.add(vectorModule());
        checks.add(nativeAccess());
        checks.addAll(processor());
        checks.addAll(kernels());
        checks.add(memory());
        checks.add(HugePages.read().check());
        checks.add(store());
        return checks;
    }

    private static Check java() {
        int feature = Runtime.version().feature();
        String finding = Runtime.version() + ", " + System.getProperty("java.vm.name") + " of "
                + System.getProperty("java.vendor");
        return feature >= JAVA_MIN
                ? Check.ok("Java", finding)
                : Check.problem("Java", finding, "Install a JDK " + JAVA_MIN + " or later, and set LILLA_JAVA_HOME");
    }

    private static Check vectorModule() {
        boolean isNeeded = !HostDescription.runsMachineCode();
        return hasVectorModule() || !isNeeded
                ? Check.ok(
                        "Vector API",
                        "module " + VECTOR_MODULE + (hasVectorModule() ? " is there" : " is not loaded, nor needed"))
                : Check.warning(
                        "Vector API",
                        "module " + VECTOR_MODULE + " is missing: arithmetic runs on plain loops, many times slower",
                        LAUNCHER);
    }

    private static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    private static Check nativeAccess() {
        return Diagnosis.class.getModule().isNativeAccessEnabled()
                ? Check.ok("Native access", "enabled")
                : Check.warning("Native access", "not enabled: a later Java will refuse what Lilla needs", LAUNCHER);
    }

    private static List<Check> processor() {
        ProcessorFacts facts = ProcessorFacts.read();
        int threads = Runtime.getRuntime().availableProcessors();
        String cores = facts.cores()
                + (facts.cores() == 1 ? " core, " : " cores, ")
                + threads
                + (threads == 1 ? " hardware thread" : " hardware threads");
        Set<String> telling = new TreeSet<>(facts.flags());
        telling.retainAll(TELLING_FLAGS);
        String features = facts.flags().isEmpty()
                ? "unknown on this system"
                : telling.isEmpty() ? "none that help" : String.join(" ", telling);
        return List.of(
                Check.ok(
                        "Processor",
                        (facts.model().isEmpty() ? System.getProperty("os.arch") : facts.model()) + ", " + cores),
                Check.ok("Extensions", features));
    }

    /// Which kernels serve, what each of them does, and why no faster ones do.
    private static List<Check> kernels() {
        HostDescription host;
        try {
            host = HostDescription.of(HostOptions.fromProperties());
        } catch (IllegalArgumentException e) {
            return List.of(Check.problem("Kernels", String.valueOf(e.getMessage()), "Correct or leave out the option"));
        }
        List<Check> checks = new ArrayList<>();
        String finding = host.kernels() + ": " + host.reason();
        checks.add(
                host.isFast()
                        ? Check.ok("Kernels", finding)
                        : Check.warning(
                                "Kernels",
                                finding + ": THE FAST PATH IS MISSING",
                                System.getProperty("lilla.kernels", "auto").equals("reference")
                                        ? "Plain loops were asked for with lilla.kernels=reference: leave that out"
                                        : LAUNCHER));
        host.uses().forEach(use -> checks.add(Check.ok("  served", use.operation() + ": " + use.servedBy())));
        host.failures()
                .forEach(failure -> checks.add(Check.warning(
                        "  refused",
                        failure,
                        "Please report this, and try whether LILLA_JAVA_OPTS=" + "-Dlilla.kernels=vector is faster")));
        host.others().forEach((path, why) -> checks.add(Check.ok("  not used", path + ": " + why)));
        return checks;
    }

    private static Check memory() {
        MachineMemory machine = MachineMemory.here();
        String finding = Units.bytes(machine.totalBytes()) + ", " + Units.bytes(machine.freeBytes())
                + " unused; Java heap up to " + Units.bytes(Runtime.getRuntime().maxMemory());
        return machine.totalBytes() < 2_000_000_000L
                ? Check.warning("Memory", finding, "Use models of at most half of it: lilla catalog shows sizes")
                : Check.ok("Memory", finding);
    }

    private Check store() {
        ModelStore store = ModelStore.open(console.environment());
        Path home = store.home();
        Path existing = home;
        while (!Files.exists(existing)) {
            existing = Optional.ofNullable(existing.getParent()).orElse(Path.of("/"));
        }
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            return Check.problem("Store", home + " cannot be written", "Set LILLA_HOME to a folder of yours");
        }
        try {
            long free = Files.getFileStore(existing).getUsableSpace();
            int models = store.list().size();
            String finding =
                    home + ", " + models + (models == 1 ? " model, " : " models, ") + Units.bytes(free) + " free";
            return free < 1_000_000_000L
                    ? Check.warning("Store", finding, "Make room, or set LILLA_HOME to a folder on another disk")
                    : Check.ok("Store", finding);
        } catch (IOException | RuntimeException e) {
            return Check.problem(
                    "Store",
                    home + ": " + Objects.requireNonNullElse(e.getMessage(), e.toString()),
                    "Mend or remove what it names, or set LILLA_HOME to another folder");
        }
    }
}
