package dev.lilla.cli;

import dev.lilla.evaluate.DecoderCost;
import dev.lilla.kernel.Backend;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.SyntheticModel;
import dev.lilla.store.CatalogModel;
import dev.lilla.tensor.ElementType;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A model on a backend, ready to be measured.
///
/// @param file where it lies; empty for one that is not in a file
/// @param closing what ends it
record BenchModel(About about, String file, DecoderCost cost, Decoder decoder, Runnable closing)
        implements AutoCloseable {
    /// What is told about a model.
    ///
    /// @param types element types of its weights: `Q4_0`, or `Q4_K+Q6_K`
    /// @param bytes of all weights
    record About(String name, String family, String types, long parameters, long bytes) {
        /// As llama-bench names it: `llama 1.10 B Q4_0`.
        String label() {
            return family + " " + Units.count(parameters) + " " + types;
        }
    }

    /// A model from files, which is closed with it.
    static BenchModel of(LoadedModel model) {
        ModelDescription description = model.description();
        About about = new About(
                description.path().getFileName().toString(),
                description.family().name(),
                types(description.elementTypes()),
                description.parameters(),
                description.weightBytes());
        return new BenchModel(
                about,
                description.path().toString(),
                DecoderCost.of(description.spec(), description.tensors()),
                model.decoder(),
                model::close);
    }

    /// One of random weights, whose memory stays its owner's.
    static BenchModel of(CatalogModel known, SyntheticModel model, Backend backend) {
        Set<ElementType> types =
                model.tensors().values().stream().map(tensor -> tensor.type()).collect(Collectors.toSet());
        About about = new About(
                known.title() + ", random weights",
                known.shape().family(),
                types(types),
                model.parameters(),
                model.bytes());
        return new BenchModel(
                about,
                "",
                DecoderCost.of(model.spec(), model.tensors()),
                Decoder.create(model.spec(), model::tensor, backend),
                () -> {});
    }

    /// The types of matrices; vectors are f32 in nearly every file.
    private static String types(Set<ElementType> types) {
        Set<ElementType> matrices = new TreeSet<>(types);
        if (matrices.size() > 1) {
            matrices.remove(ElementType.F32);
        }
        return matrices.stream().map(ElementType::name).collect(Collectors.joining("+"));
    }

    @Override
    public void close() {
        closing.run();
    }
}
