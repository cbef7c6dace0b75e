package dev.lilla.model;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// What an adapter's files say of it, without its base.
///
/// @param format whose conventions they follow
/// @param base what the base is called; empty if the files do not say
/// @param ranks those in use, ascending
/// @param alpha as stated; patterns for single modules are not shown
/// @param targets the kinds of weights it changes, as the files name them: `q_proj`, `attn_q`
/// @param matrices changed weights
/// @param parameters numbers in all matrices
/// @param bytes of all matrices
public record AdapterSummary(
        AdapterFormat format,
        Optional<String> base,
        List<Integer> ranks,
        double alpha,
        AdapterScaling scaling,
        List<String> targets,
        int matrices,
        long parameters,
        long bytes) {
    public AdapterSummary {
        ranks = List.copyOf(ranks);
        targets = List.copyOf(targets);
    }

    /// Whether a path is an adapter: a folder that PEFT wrote and that is no model, or a GGUF that says so.
    public static boolean isAdapter(Path path) {
        if (Files.isDirectory(path)) {
            return Files.isRegularFile(path.resolve(PeftAdapter.CONFIG_NAME))
                    && !Files.exists(path.resolve("config.json"));
        }
        if (!Files.isRegularFile(path) || !Gguf.isGguf(path)) {
            return false;
        }
        try (Gguf file = Gguf.open(path)) {
            return isAdapter(file);
        }
    }

    private static boolean isAdapter(Gguf file) {
        return file.metadata().findString(GgufAdapter.TYPE_KEY).orElse("").equals("adapter");
    }

    /// Reads what the files of an adapter say.
    ///
    /// @throws ModelFormatException if they are broken, or hold no LoRA
    public static AdapterSummary of(Path path) {
        if (Files.isDirectory(path)) {
            Path file = path.resolve(PeftAdapter.CONFIG_NAME);
            JsonNode config = JsonFiles.read(file);
            try (Checkpoint weights = PeftAdapter.openWeights(path)) {
                Collector found = new Collector(PeftAdapter.DOWN_SUFFIX, PeftAdapter.UP_SUFFIX);
                weights.tensors().values().forEach(found::add);
                return found.summary(
                        path,
                        AdapterFormat.PEFT,
                        Optional.of(config.path("base_model_name_or_path").asString(""))
                                .filter(name -> !name.isEmpty()),
                        config.path("lora_alpha").asDouble(8),
                        PeftAdapter.scaling(config));
            }
        }
        try (Gguf file = Gguf.open(path)) {
            GgufMetadata metadata = file.metadata();
            Collector found = new Collector(GgufAdapter.DOWN_SUFFIX, GgufAdapter.UP_SUFFIX);
            file.tensors().values().forEach(found::add);
            return found.summary(
                    path,
                    AdapterFormat.GGUF,
                    metadata.findString(GgufAdapter.BASE_KEY),
                    metadata.findReal(GgufAdapter.ALPHA_KEY).orElse(0),
                    AdapterScaling.BY_RANK);
        }
    }

    /// Sums up the matrices of a file.
    private static final class Collector {
        private final String downSuffix;
        private final String upSuffix;
        private final TreeSet<Integer> ranks = new TreeSet<>();
        private final TreeSet<String> targets = new TreeSet<>();
        private int matrices;
        private long parameters;
        private long bytes;

        Collector(String downSuffix, String upSuffix) {
            this.downSuffix = downSuffix;
            this.upSuffix = upSuffix;
        }

        void add(Tensor tensor) {
            if (tensor.name().endsWith(downSuffix)) {
                ranks.add((int) Math.min(Integer.MAX_VALUE, tensor.shape().rows()));
                targets.add(kind(tensor.name().substring(0, tensor.name().length() - downSuffix.length())));
                matrices++;
            } else if (!tensor.name().endsWith(upSuffix)) {
                return;
            }
            parameters += tensor.shape().elements();
            bytes += tensor.data().byteSize();
        }

        /// The last part of a path that is no number, without what says that it is a weight.
        private static String kind(String name) {
            String module = name.endsWith(".weight") ? name.substring(0, name.length() - ".weight".length()) : name;
            return module.substring(module.lastIndexOf('.') + 1);
        }

        AdapterSummary summary(
                Path path, AdapterFormat format, Optional<String> base, double alpha, AdapterScaling scaling) {
            if (matrices == 0) {
                throw new ModelFormatException(path + ": the adapter has no matrices of LoRA.");
            }
            return new AdapterSummary(
                    format,
                    base,
                    List.copyOf(ranks),
                    alpha,
                    scaling,
                    List.copyOf(targets),
                    matrices,
                    parameters,
                    bytes);
        }
    }
}
