package dev.lilla.model;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.PyTorchWeights;
import dev.lilla.format.Safetensors;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads adapters as Hugging Face's PEFT writes them (peft 0.21): adapter_config.json beside the weights.
final class PeftAdapter {
    static final String CONFIG_NAME = "adapter_config.json";

    static final String WEIGHTS_NAME = "adapter_model.safetensors";
    /// What PEFT puts before the path of every module.
    static final String MODULE_PREFIX = "base_model.model.";
    static final String DOWN_SUFFIX = ".lora_A.weight";
    static final String UP_SUFFIX = ".lora_B.weight";

    /// Settings that change what an adapter computes, which Lilla lacks; with why.
    private static final Map<String, String> UNSUPPORTED_SETTINGS = Map.ofEntries(
            Map.entry("use_dora", "DoRA"),
            Map.entry("lora_bias", "biases of the adapter's own matrices"),
            Map.entry("modules_to_save", "whole modules trained beside the adapter"),
            Map.entry("trainable_token_indices", "trained tokens"),
            Map.entry("target_parameters", "parameters that are no linear layer"),
            Map.entry("layer_replication", "repeated layers"),
            Map.entry("use_qalora", "QA-LoRA"),
            Map.entry("use_bdlora", "block-diagonal LoRA"),
            Map.entry("alora_invocation_tokens", "activated LoRA"),
            Map.entry("arrow_config", "Arrow routing"),
            Map.entry("kasa_config", "KaSA"),
            Map.entry("monteclora_config", "MonteCLoRA"),
            Map.entry("velora_config", "VeLoRA"));

    /// Ways to begin that leave the base as it is; the others (PiSSA, OLoRA, CorDA, LoftQ) train on another base.
    private static final Set<String> INITIALIZATIONS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    private final Path file;
    private final JsonNode config;

    private PeftAdapter(Path file, JsonNode config) {
        this.file = file;
        this.config = config;
    }

    /// The matrices of the adapter in `directory`, in either of PEFT's formats.
    ///
    /// @throws IllegalArgumentException if there are none
    static Checkpoint openWeights(Path directory) {
        Path safetensors = directory.resolve(WEIGHTS_NAME);
        Path pickled = directory.resolve("adapter_model.bin");
        if (Files.exists(safetensors)) {
            return Safetensors.open(safetensors);
        }
        if (Files.exists(pickled)) {
            return PyTorchWeights.open(pickled);
        }
        throw new IllegalArgumentException(directory
                + ": holds neither adapter_model.safetensors nor adapter_model.bin. Download the adapter again.");
    }

    /// The parts of the adapter in `directory`, on the tensors of `weights`.
    ///
    /// @throws ModelFormatException if the adapter is broken, or made for another model
    /// @throws UnsupportedModelException if it is of a kind that Lilla lacks
    static List<AdapterPart> read(Path directory, Checkpoint weights, AdapterHost base) {
        Path file = directory.resolve(CONFIG_NAME);
        JsonNode config = JsonFiles.read(file);
        if (!config.isObject()) {
            throw new ModelFormatException(file + ": holds no JSON object.");
        }
        PeftAdapter adapter = new PeftAdapter(file, config);
        adapter.refuseUnsupported();
        return adapter.parts(weights, base);
    }

    private void refuseUnsupported() {
        String type = config.path("peft_type").asString("");
        if (!type.equals("LORA")) {
            throw unsupported("peft_type " + type);
        }
        if (!config.path("bias").asString("none").equals("none")) {
            throw unsupported("trained biases (bias " + config.path("bias").asString() + ")");
        }
        for (Map.Entry<String, String> setting : UNSUPPORTED_SETTINGS.entrySet()) {
            if (isSet(config.path(setting.getKey()))) {
                throw unsupported(setting.getValue() + " (" + setting.getKey() + ")");
            }
        }
        String initialization = config.path("init_lora_weights").asString("true");
        if (!INITIALIZATIONS.contains(initialization)) {
            throw unsupported("init_lora_weights " + initialization + ", which trains on a changed base");
        }
    }

    private static boolean isSet(JsonNode value) {
        return switch (value.getNodeType()) {
            case MISSING, NULL -> false;
            case BOOLEAN -> value.booleanValue();
            case ARRAY, OBJECT -> !value.isEmpty();
            case NUMBER, STRING, BINARY, POJO -> true;
        };
    }

    private List<AdapterPart> parts(Checkpoint weights, AdapterHost base) {
        List<AdapterPart> parts = new ArrayList<>();
        for (Tensor tensor : weights.tensors().values()) {
            String name = tensor.name();
            if (name.endsWith(DOWN_SUFFIX)) {
                parts.add(part(name, weights, base));
            } else if (!name.endsWith(UP_SUFFIX)) {
                throw unsupported(weights.path(), kind(name) + " (tensor " + name + ")");
            } else if (!weights.contains(downName(name))) {
                throw new ModelFormatException(
                        weights.path() + ": tensor " + name + " has no " + downName(name) + " beside it.");
            }
        }
        return parts;
    }

    private AdapterPart part(String downName, Checkpoint weights, AdapterHost base) {
        if (!downName.startsWith(MODULE_PREFIX)) {
            throw new ModelFormatException(
                    weights.path() + ": tensor " + downName + " does not begin with " + MODULE_PREFIX);
        }
        String path = downName.substring(0, downName.length() - DOWN_SUFFIX.length());
        String module = path.substring(MODULE_PREFIX.length());
        String target = base.tensorName(module + ".weight")
                .orElseThrow(() -> new ModelFormatException(weights.path() + ": changes " + module
                        + ", which this model of family " + base.spec().family()
                        + " does not have in that form. Check that the adapter was made for it."));
        Tensor down = weights.tensor(downName);
        int rank = rank(module);
        if (down.shape().rows() != rank) {
            throw new ModelFormatException(weights.path() + ": tensor " + downName + " has rank "
                    + down.shape().rows() + ", expected " + rank + " by " + file + ".");
        }
        return new AdapterPart(target, down, weights.tensor(path + UP_SUFFIX), scaling(module, rank));
    }

    private float scaling(String module, int rank) {
        JsonNode value = setting("alpha_pattern", module).orElse(config.path("lora_alpha"));
        double alpha = value.isMissingNode() ? 8 : value.asDouble(Double.NaN);
        if (!Double.isFinite(alpha)) {
            throw new ModelFormatException(file + ": alpha of " + module + " is " + value + ", expected a number.");
        }
        return scaling(config).of(alpha, rank);
    }

    static AdapterScaling scaling(JsonNode config) {
        return config.path("use_rslora").asBoolean(false) ? AdapterScaling.BY_ROOT_OF_RANK : AdapterScaling.BY_RANK;
    }

    private int rank(String module) {
        JsonNode value = setting("rank_pattern", module).orElse(config.path("r"));
        int rank = value.asInt(-1);
        if (rank < 1) {
            throw new ModelFormatException(
                    file + ": r of " + module + " is " + value + ", expected a positive number.");
        }
        return rank;
    }

    /// The value of the first key that names the module: its whole path, or the end of it after a dot.
    private Optional<JsonNode> setting(String patternName, String module) {
        for (Map.Entry<String, JsonNode> entry : config.path(patternName).properties()) {
            boolean whole = entry.getKey().startsWith("^");
            String key = whole ? entry.getKey().substring(1) : entry.getKey();
            String literal = key.replace("\\.", ".");
            if (!literal.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '.')) {
                throw unsupported("the regular expression " + entry.getKey() + " in " + patternName);
            }
            if (module.equals(literal) || (!whole && module.endsWith("." + literal))) {
                return Optional.of(entry.getValue());
            }
        }
        return Optional.empty();
    }

    private static String downName(String upName) {
        return upName.substring(0, upName.length() - UP_SUFFIX.length()) + DOWN_SUFFIX;
    }

    private static String kind(String tensorName) {
        if (tensorName.contains("lora_magnitude_vector")) {
            return "DoRA";
        }
        if (tensorName.contains("lora_embedding_")) {
            return "adapters of the embedding";
        }
        if (tensorName.endsWith(".base_layer.weight")) {
            return "a whole matrix of the base, saved beside it (save_embedding_layers of PEFT)";
        }
        return tensorName.endsWith(".bias") ? "trained biases" : "a tensor that is no part of LoRA";
    }

    private UnsupportedModelException unsupported(String what) {
        return unsupported(file, what);
    }

    private static UnsupportedModelException unsupported(Path where, String what) {
        return new UnsupportedModelException(where + ": the adapter uses " + what
                + ", which is not supported. Supported: LoRA on linear layers, rank-stabilized or not. Merge the"
                + " adapter into its base with PEFT instead.");
    }
}
