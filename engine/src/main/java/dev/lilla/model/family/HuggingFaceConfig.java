package dev.lilla.model.family;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryEmbedding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A config.json, or an object in one, read with every value checked for type and range.
///
/// Where several keys are asked for, the first one present counts: the same value has had several names. `null`
/// counts as absent.
public final class HuggingFaceConfig implements ModelConfig {
    private static final String MODEL_TYPE = "model_type";
    /// Where multimodal models keep the text part, and what its model type ends with.
    private static final String TEXT_CONFIG = "text_config";

    private static final String TEXT_SUFFIX = "_text";

    private final String file;
    private final String prefix;
    private final JsonNode node;

    private HuggingFaceConfig(String file, String prefix, JsonNode node) {
        this.file = file;
        this.prefix = prefix;
        this.node = node;
    }

    /// The configuration in a JSON object; of a multimodal model of a known family, that of its text part.
    ///
    /// @param file named in errors
    /// @throws ModelFormatException if `root` is no object
    /// @throws UnsupportedModelException if the weights are quantized in a way of Hugging Face's
    public static HuggingFaceConfig of(String file, JsonNode root) {
        if (!root.isObject()) {
            throw new ModelFormatException(
                    file + ": holds " + root.getNodeType() + ", expected a JSON object. Download the model again.");
        }
        HuggingFaceConfig config = new HuggingFaceConfig(file, "", root);
        if (config.has("quantization_config")) {
            throw new UnsupportedModelException(file + ": weights with a quantization_config are not supported."
                    + " Take the original model, or a GGUF of it.");
        }
        String textType = config.findText(MODEL_TYPE).orElse("") + TEXT_SUFFIX;
        return config.has(TEXT_CONFIG)
                ? config.findObject(TEXT_CONFIG)
                        .filter(text ->
                                text.findText(MODEL_TYPE).orElse(textType).equals(textType))
                        .orElse(config)
                : config;
    }

    @Override
    public String file() {
        return file;
    }

    @Override
    public TensorNaming naming() {
        return TensorNaming.HUGGING_FACE;
    }

    @Override
    public String architecture() {
        return findText(MODEL_TYPE)
                .or(() -> texts("architectures").stream().findFirst())
                .orElseThrow(() -> key(MODEL_TYPE).missing("the name of an architecture"));
    }

    @Override
    public Dimensions dimensions() {
        int heads = count("num_attention_heads");
        int hidden = count("hidden_size");
        return new Dimensions(
                        hidden,
                        layers("num_hidden_layers"),
                        heads,
                        findCount("num_key_value_heads").orElse(heads),
                        headDim(hidden, heads),
                        count("intermediate_size"),
                        count("vocab_size"),
                        context("max_position_embeddings"),
                        (float) positive("rms_norm_eps"))
                .checkedFor(file);
    }

    @Override
    public RotaryEmbedding rotary(RotaryStyle style, int headDim) {
        return HuggingFaceRotary.of(this).embedding(style, headDim);
    }

    @Override
    public OptionalInt slidingWindow() {
        return findCount("sliding_window");
    }

    @Override
    public Optional<Boolean> isTied() {
        return findFlag("tie_word_embeddings");
    }

    /// `head_dim`, or an equal part of the hidden width.
    int headDim(int hidden, int heads) {
        OptionalInt configured = findCount("head_dim");
        if (configured.isPresent()) {
            return configured.getAsInt();
        }
        if (hidden % heads != 0) {
            throw key("num_attention_heads").bad(heads, "a divisor of hidden_size, " + hidden);
        }
        return hidden / heads;
    }

    /// Which layers attend to a sliding window: as `layer_types` says, else as the family has it.
    IntPredicate slidingLayers(int layers, IntPredicate otherwise) {
        String name = "layer_types";
        if (!has(name)) {
            return otherwise;
        }
        List<String> types = texts(name);
        if (types.size() != layers) {
            throw key(name).bad(types.size() + " layers", layers + " layers");
        }
        List<String> known = List.of("full_attention", "sliding_attention");
        types.stream().filter(type -> !known.contains(type)).findFirst().ifPresent(type -> {
            throw new UnsupportedModelException(file + ": layers of type " + type
                    + " are not supported yet. Supported: " + String.join(", ", known) + ".");
        });
        return layer -> types.get(layer).equals("sliding_attention");
    }

    boolean has(String name) {
        return find(name) != null;
    }

    /// A whole number from 1 to [Dimensions#WIDTH_MAX].
    int count(String... names) {
        return findCount(names).orElseThrow(() -> key(names[0]).missing("a whole number"));
    }

    OptionalInt findCount(String... names) {
        for (String name : names) {
            JsonNode value = find(name);
            if (value != null) {
                return OptionalInt.of(key(name).count(whole(name, value), Dimensions.WIDTH_MAX));
            }
        }
        return OptionalInt.empty();
    }

    /// The number of layers.
    int layers(String... names) {
        return key(names[0]).count(count(names), Dimensions.LAYERS_MAX);
    }

    /// A number of positions, which may exceed the bound of [#count].
    int context(String... names) {
        return findContext(names).orElseThrow(() -> key(names[0]).missing("a number of positions"));
    }

    OptionalInt findContext(String... names) {
        for (String name : names) {
            JsonNode value = find(name);
            if (value != null) {
                return OptionalInt.of(key(name).count(whole(name, value), Dimensions.CONTEXT_MAX));
            }
        }
        return OptionalInt.empty();
    }

    /// A number above zero.
    OptionalDouble findPositive(String... names) {
        for (String name : names) {
            JsonNode value = find(name);
            if (value != null) {
                return OptionalDouble.of(key(name).positive(real(name, value)));
            }
        }
        return OptionalDouble.empty();
    }

    /// A number above zero.
    double positive(String... names) {
        return findPositive(names).orElseThrow(() -> key(names[0]).missing("a number"));
    }

    Optional<Boolean> findFlag(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw key(name).bad(value, "true or false");
        }
        return Optional.of(value.booleanValue());
    }

    /// Whether `name` is there and true.
    boolean isSet(String name) {
        return findFlag(name).orElse(Boolean.FALSE);
    }

    Optional<String> findText(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw key(name).bad(value, "a string");
        }
        return Optional.of(value.stringValue());
    }

    /// A list of strings, empty if absent.
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : list(name)) {
            if (!element.isString()) {
                throw key(name).bad(element, "strings");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    /// A list of `count` numbers above zero.
    float[] positives(String name, int count) {
        List<JsonNode> elements = list(name);
        if (elements.size() != count) {
            throw key(name).bad(elements.size() + " numbers", count + " numbers");
        }
        float[] values = new float[count];
        IntStream.range(0, count).forEach(i -> values[i] = (float) key(name).positive(real(name, elements.get(i))));
        return values;
    }

    /// A list of whole numbers of which only the sign of life counts: 0 is false, anything else true.
    List<Boolean> switches(String name) {
        return list(name).stream().map(element -> whole(name, element) != 0).toList();
    }

    Optional<HuggingFaceConfig> findObject(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw key(name).bad(value, "an object");
        }
        return Optional.of(new HuggingFaceConfig(file, prefix + name + ".", value));
    }

    ConfigKey key(String name) {
        return new ConfigKey(file, prefix + name);
    }

    private List<JsonNode> list(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw key(name).bad(value, "a list");
        }
        List<JsonNode> elements = new ArrayList<>();
        value.forEach(elements::add);
        return elements;
    }

    private long whole(String name, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw key(name).bad(value, "a whole number");
        }
        return value.longValue();
    }

    private double real(String name, JsonNode value) {
        if (!value.isNumber() || (value.isIntegralNumber() && !value.canConvertToLong())) {
            throw key(name).bad(value, "a number");
        }
        return value.doubleValue();
    }

    private @Nullable JsonNode find(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }
}
