package dev.lilla.model;

import dev.lilla.Oracle;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.ModelLoader;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A model of the oracle in one of its files, and how it is to be computed.
///
/// @param golden name of the model whose reference outputs it has to meet
/// @param narrowed whether the file stores weights narrower than the checkpoint the reference read
record OracleCase(String golden, Path path, LoadOptions options, boolean narrowed, HostOptions.Choice kernels) {
    /// Threads of the tests' backends: two, so that work is shared.
    private static final int THREADS = 2;

    /// Every model from its checkpoint and from its GGUF, by every implementation of the kernels that is exact.
    static Stream<OracleCase> all() {
        return KernelPaths.exact()
                .flatMap(kernels -> OracleModel.names().stream().flatMap(model -> of(model, kernels)));
    }

    /// The same from the checkpoints alone.
    static Stream<OracleCase> checkpoints() {
        return all().filter(sample -> !sample.isGguf());
    }

    private static Stream<OracleCase> of(String model, HostOptions.Choice kernels) {
        OracleCase checkpoint = checkpoint(model, kernels);
        List<OracleCase> cases = new ArrayList<>(List.of(checkpoint));
        Oracle.gguf(model).ifPresent(file -> cases.add(checkpoint.asGguf(file)));
        return cases.stream();
    }

    /// A model from its checkpoint. Some prompts are longer than the context it states, which the reference let pass.
    static OracleCase checkpoint(String model, HostOptions.Choice kernels) {
        LoadOptions options = LoadOptions.DEFAULT;
        try (ModelDescription description = ModelDescription.open(Oracle.model(model), options)) {
            int needed = OracleModel.of(model).tokensMax();
            if (needed > description.spec().contextLength()) {
                options = options.withContextLength(needed);
            }
        }
        return new OracleCase(model, Oracle.model(model), options, false, kernels);
    }

    /// The GGUF `file` of this checkpoint, with what config.json says and the GGUF lacks given as load options.
    OracleCase asGguf(Path file) {
        try (ModelDescription original = ModelDescription.open(path, options);
                ModelDescription converted = ModelDescription.open(file, LoadOptions.DEFAULT)) {
            LoadOptions found = options;
            Attention attention =
                    (Attention) original.spec().layers().getFirst().mixer();
            Attention theirs = (Attention) converted.spec().layers().getFirst().mixer();
            if (attention.mask().window() != theirs.mask().window()) {
                found = found.withSlidingWindow(attention.mask().window());
            }
            if (!attention.lognContext().equals(theirs.lognContext())) {
                found = found.withTrainContext(attention.lognContext().orElseThrow());
            }
            return new OracleCase(golden, file, found, isNarrower(converted, original), kernels);
        }
    }

    private static boolean isNarrower(ModelDescription converted, ModelDescription original) {
        return converted.tensors().entrySet().stream().anyMatch(entry -> {
            Optional<Tensor> source = Optional.ofNullable(original.tensors().get(entry.getKey()));
            return source.isPresent()
                    && entry.getValue().rowBytes() < source.get().rowBytes();
        });
    }

    boolean isGguf() {
        return path.toString().endsWith(".gguf");
    }

    Backend backend() {
        return HostBackend.open(new HostOptions(kernels, THREADS));
    }

    LoadedModel load(Backend backend) {
        return ModelLoader.open(path, options, backend);
    }

    @Override
    public String toString() {
        return path.getFileName() + " " + kernels;
    }
}
