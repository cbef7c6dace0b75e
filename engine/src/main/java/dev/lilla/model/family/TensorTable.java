package dev.lilla.model.family;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The tensors of one model: a family's rules, written out for every layer.
///
/// It answers for the loader, for adapters and for conversion what a tensor is called on the other side and how it
/// differs there.
public final class TensorTable {
    private static final String WEIGHT = ".weight";
    /// What PEFT puts before the path of every module.
    private static final String PEFT_PREFIX = "base_model.model.";

    private final Map<String, TensorRule> byName;
    private final Map<String, TensorRule> byHuggingFace;
    private final List<String> ignored;
    private final UnaryOperator<String> aliases;

    private TensorTable(List<TensorRule> rules, Family family) {
        Map<String, TensorRule> names = new LinkedHashMap<>();
        Map<String, TensorRule> huggingFaceNames = new LinkedHashMap<>();
        for (TensorRule rule : rules) {
            names.put(rule.name(), rule);
            rule.huggingFace().ifPresent(name -> huggingFaceNames.put(name, rule));
        }
        this.byName = Collections.unmodifiableMap(names);
        this.byHuggingFace = huggingFaceNames;
        this.ignored = family.ignoredTensors();
        this.aliases = family::huggingFaceName;
    }

    /// The tensors of a model of `family`.
    static TensorTable of(Family family, Dimensions dimensions, LoadOptions options) {
        List<TensorRule> rules = family.tensors(dimensions, options);
        List<TensorRule> written = new ArrayList<>();
        rules.stream().filter(rule -> !rule.isPerLayer()).forEach(written::add);
        for (int layer = 0; layer < dimensions.layers(); layer++) {
            for (TensorRule rule : rules) {
                if (rule.isPerLayer()) {
                    written.add(rule.forLayer(layer));
                }
            }
        }
        return new TensorTable(written, family);
    }

    /// All rules, with layers numbered.
    public List<TensorRule> rules() {
        return List.copyOf(byName.values());
    }

    /// The rule of a tensor by Lilla's name.
    public Optional<TensorRule> rule(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The rule of a tensor by its name in a Hugging Face checkpoint.
    public Optional<TensorRule> huggingFaceRule(String name) {
        return Optional.ofNullable(byHuggingFace.get(aliases.apply(name)));
    }

    /// Lilla's name of the weight of a module, given its path as PEFT writes it, with or without
    /// `base_model.model.`: `model.layers.0.self_attn.q_proj` is `blk.0.attn_q.weight`.
    public Optional<String> weightOfModule(String module) {
        String path = module.startsWith(PEFT_PREFIX) ? module.substring(PEFT_PREFIX.length()) : module;
        return huggingFaceRule(path + WEIGHT).map(TensorRule::name);
    }

    /// The path of a module as PEFT has it, without `base_model.model.`, given Lilla's name of its weight.
    public Optional<String> moduleOfWeight(String name) {
        return rule(name)
                .flatMap(TensorRule::huggingFace)
                .filter(path -> path.endsWith(WEIGHT))
                .map(path -> path.substring(0, path.length() - WEIGHT.length()));
    }

    /// Matches the tensors of a checkpoint with the rules, by name and shape.
    ///
    /// @throws ModelFormatException if one is missing, has another shape, or is there twice
    /// @throws UnsupportedModelException if one is of a type that no model computes with
    Claims claim(Checkpoint checkpoint, TensorNaming naming) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>();
        checkpoint.tensors().forEach((name, tensor) -> {
            Optional<TensorRule> rule = switch (naming) {
                case GGUF -> rule(name);
                case HUGGING_FACE -> huggingFaceRule(name);
            };
            if (rule.isPresent()) {
                check(checkpoint, tensor, rule.get());
                if (tensors.put(rule.get().name(), tensor) != null) {
                    throw new ModelFormatException(checkpoint.path() + ": tensor " + name
                            + " is there twice, under two names. Remove one of them.");
                }
            } else if (!isIgnored(name)) {
                warnings.add(checkpoint.path() + ": tensor " + name + " " + tensor.shape()
                        + " is not known to this family and not used");
            }
        });
        byName.values().stream()
                .filter(rule -> rule.presence() == TensorRule.Presence.REQUIRED && !tensors.containsKey(rule.name()))
                .findFirst()
                .ifPresent(rule -> {
                    throw missing(checkpoint, rule, naming);
                });
        return new Claims(Collections.unmodifiableMap(tensors), List.copyOf(warnings));
    }

    /// What of a checkpoint a model uses.
    ///
    /// @param tensors by Lilla's name, as the file holds them
    /// @param warnings about the others
    record Claims(Map<String, Tensor> tensors, List<String> warnings) {}

    static ModelFormatException missing(Checkpoint checkpoint, TensorRule rule, TensorNaming naming) {
        String name = switch (naming) {
            case GGUF -> rule.name();
            case HUGGING_FACE -> rule.huggingFace().orElse(rule.name());
        };
        return new ModelFormatException(
                checkpoint.path() + ": tensor " + name + " " + rule.shape()
                        + " is missing. The file is incomplete, or its configuration is of another model: download both again.");
    }

    private static void check(Checkpoint checkpoint, Tensor tensor, TensorRule rule) {
        if (!tensor.type().isReal()) {
            throw new UnsupportedModelException(checkpoint.path() + ": tensor " + tensor.name() + " has type "
                    + tensor.type() + ", expected real numbers. Weights quantized for another program do not load:"
                    + " take the original model, or a GGUF of it.");
        }
        if (!rule.shape().equals(TensorRule.ANY)
                && !tensor.shape().equals(rule.shape())
                && !isRowOf(tensor.shape(), rule.shape())) {
            throw new ModelFormatException(checkpoint.path() + ": tensor " + tensor.name() + " has shape "
                    + tensor.shape() + ", expected " + rule.shape()
                    + " by the configuration. One of the two is of another model: download both again.");
        }
    }

    /// A vector may be stored as a matrix of one row.
    private static boolean isRowOf(Shape found, Shape vector) {
        return vector.rank() == 1 && found.rank() == 2 && found.rows() == 1 && found.columns() == vector.columns();
    }

    private boolean isIgnored(String name) {
        return ignored.stream()
                .anyMatch(pattern -> pattern.endsWith(".") ? name.startsWith(pattern) : name.endsWith(pattern));
    }
}
