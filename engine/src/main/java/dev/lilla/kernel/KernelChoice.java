package dev.lilla.kernel;

/// Which kernels serve here, and why.
///
/// @param reason one sentence: why these, and what to do if that is not what it should be
record KernelChoice(Kernels kernels, String reason) {
    private static final String MODULE = "jdk.incubator.vector";

    /// @throws IllegalArgumentException if the wanted kernels cannot run here
    static KernelChoice of(HostOptions.Choice wanted) {
        return switch (wanted) {
            case REFERENCE -> new KernelChoice(new ReferenceKernels(), "lilla.kernels asks for them");
            case VECTOR -> {
                try {
                    yield new KernelChoice(vector(), "lilla.kernels asks for them");
                } catch (ReflectiveOperationException | LinkageError e) {
                    throw new IllegalArgumentException("lilla.kernels is vector, but " + refusal(), e);
                }
            }
            case AUTO -> {
                try {
                    yield new KernelChoice(vector(), "the fastest that run here");
                } catch (ReflectiveOperationException | LinkageError e) {
                    yield new KernelChoice(new ReferenceKernels(), refusal());
                }
            }
        };
    }

    /// By reflection, so that nothing else needs the module.
    private static Kernels vector() throws ReflectiveOperationException {
        return Class.forName("dev.lilla.kernel.VectorKernels")
                .asSubclass(Kernels.class)
                .getDeclaredConstructor()
                .newInstance();
    }

    private static String refusal() {
        return ModuleLayer.boot().findModule(MODULE).isPresent()
                ? "the Vector API does not work in this Java machine; run it with the JDK's own virtual machine"
                : "the Vector API is not loaded, and plain loops are many times slower; start Java with --add-modules "
                        + MODULE;
    }
}
