package dev.lilla.model.family;

import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The metadata of a GGUF file, read with every value checked, and llama.cpp's defaults for what is absent.
///
/// Keys are named without the architecture they begin with: `block_count` for `llama.block_count`.
public final class GgufConfig implements ModelConfig {
    private static final double BASE_DEFAULT = 10_000;
    private static final String EMBEDDING = "token_embd.weight";

    private final String file;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;

    private GgufConfig(String file, GgufMetadata metadata, Map<String, Tensor> tensors) {
        this.file = file;
        this.metadata = metadata;
        this.tensors = tensors;
    }

    public static GgufConfig of(Gguf file) {
        return of(file.path().toString(), file.metadata(), file.tensors());
    }

    /// @param tensors of which the sizes of the vocabulary and factors of the rotation are taken
    static GgufConfig of(String file, GgufMetadata metadata, Map<String, Tensor> tensors) {
        return new GgufConfig(file, metadata, tensors);
    }

    @Override
    public String file() {
        return file;
    }

    @Override
    public String architecture() {
        return metadata.architecture();
    }

    @Override
    public TensorNaming naming() {
        return TensorNaming.GGUF;
    }

    @Override
    public Dimensions dimensions() {
        refuseExperts();
        int hidden = count("embedding_length");
        int heads = count("attention.head_count");
        return new Dimensions(
                        hidden,
                        key("block_count").count(count("block_count"), Dimensions.LAYERS_MAX),
                        heads,
                        findCount("attention.head_count_kv").orElse(heads),
                        headDim(hidden, heads),
                        count("feed_forward_length"),
                        vocab(),
                        context(),
                        epsilon())
                .checkedFor(file);
    }

    private void refuseExperts() {
        if (findWhole("expert_count").orElse(0) > 0) {
            throw new UnsupportedModelException(file + ": mixtures of experts ("
                    + key("expert_count").name() + ") are not supported. Take a dense model.");
        }
    }

    private int headDim(int hidden, int heads) {
        OptionalInt keyLength = findCount("attention.key_length");
        OptionalInt valueLength = findCount("attention.value_length");
        if (keyLength.isEmpty() && hidden % heads != 0) {
            throw key("attention.head_count").bad(heads, "a divisor of the embedding length, " + hidden);
        }
        int headDim = keyLength.orElse(hidden / heads);
        if (valueLength.isPresent() && valueLength.getAsInt() != headDim) {
            throw new UnsupportedModelException(file + ": keys of " + headDim + " and values of "
                    + valueLength.getAsInt() + " elements are not supported, only heads of one size.");
        }
        return headDim;
    }

    /// Rows of the embedding table; many files state no size.
    private int vocab() {
        Tensor table = tensors.get(EMBEDDING);
        if (table == null) {
            throw new ModelFormatException(
                    file + ": tensor " + EMBEDDING + " is missing. Download the file again, or convert it again.");
        }
        return new ConfigKey(file, "the number of rows of " + EMBEDDING)
                .count(table.shape().rows(), Dimensions.WIDTH_MAX);
    }

    private int context() {
        String name = "context_length";
        return key(name)
                .count(
                        findWhole(name).orElseThrow(() -> key(name).missing("a number of positions")),
                        Dimensions.CONTEXT_MAX);
    }

    private float epsilon() {
        String name = "attention.layer_norm_rms_epsilon";
        OptionalDouble value = findPositive(name);
        return (float) (value.isPresent() ? value : findPositive("attention.layer_norm_epsilon"))
                .orElseThrow(() -> key(name).missing("a number"));
    }

    @Override
    public RotaryEmbedding rotary(RotaryStyle style, int headDim) {
        int dim = findCount("rope.dimension_count").orElse(headDim);
        double base = key("rope.freq_base").base(findPositive("rope.freq_base").orElse(BASE_DEFAULT));
        if (dim > headDim || dim % 2 != 0) {
            throw key("rope.dimension_count").bad(dim, "an even number of at most " + headDim);
        }
        return new RotaryEmbedding(style, dim, base, scaling(dim));
    }

    private RotaryScaling scaling(int dim) {
        Optional<float[]> divisors = findVector("rope_freqs.weight", dim / 2);
        if (divisors.isPresent()) {
            return new RotaryScaling.Divisors(divisors.get());
        }
        Optional<float[]> longDivisors = findVector("rope_factors_long.weight", dim / 2);
        Optional<float[]> shortDivisors = findVector("rope_factors_short.weight", dim / 2);
        if (longDivisors.isPresent() && shortDivisors.isPresent()) {
            return longRope(shortDivisors.get(), longDivisors.get());
        }
        String type = metadata.findString(key("rope.scaling.type").name()).orElse("");
        OptionalDouble factor = factor();
        return switch (type) {
            case "none", "longrope" -> new RotaryScaling.None();
            case "", "linear" ->
                factor.isPresent() ? new RotaryScaling.Linear((float) factor.getAsDouble()) : new RotaryScaling.None();
            case "yarn" ->
                yarn(factor.orElseThrow(() -> key("rope.scaling.factor").missing("a number")));
            default ->
                throw new UnsupportedModelException(file + ": rotary scaling of type " + type
                        + " is not supported yet. Supported: none, linear, yarn, longrope.");
        };
    }

    private OptionalDouble factor() {
        OptionalDouble factor = findPositive("rope.scaling.factor");
        return factor.isPresent() ? factor : findPositive("rope.scale_linear");
    }

    private RotaryScaling longRope(float[] shortDivisors, float[] longDivisors) {
        int original = findCount("rope.scaling.original_context_length").orElseGet(this::context);
        double factor = (double) context() / original;
        double magnitude =
                findPositive("rope.scaling.attn_factor").orElse(HuggingFaceRotary.longRopeMagnitude(factor, original));
        return new RotaryScaling.LongRope(shortDivisors, longDivisors, original, (float) magnitude);
    }

    private RotaryScaling yarn(double factor) {
        double magnitude =
                findPositive("rope.scaling.attn_factor").orElse(1) * (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
        return new RotaryScaling.Yarn(
                (float) factor,
                findCount("rope.scaling.original_context_length").orElseGet(this::context),
                (float) findPositive("rope.scaling.yarn_beta_fast").orElse(32),
                (float) findPositive("rope.scaling.yarn_beta_slow").orElse(1),
                (float) magnitude);
    }

    /// The numbers of a vector, all above zero, if the file has it.
    private Optional<float[]> findVector(String name, int length) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            return Optional.empty();
        }
        ConfigKey key = new ConfigKey(file, "tensor " + name);
        if (!tensor.shape().equals(Shape.of(length)) || !tensor.type().isReal()) {
            throw key.bad(tensor.type() + " " + tensor.shape(), "real numbers " + Shape.of(length));
        }
        float[] values = Dequantizer.row(tensor, 0);
        for (float value : values) {
            key.positive(value);
        }
        return Optional.of(values);
    }

    @Override
    public OptionalInt slidingWindow() {
        String name = "attention.sliding_window";
        return findWhole(name).orElse(0) == 0 ? OptionalInt.empty() : findCount(name);
    }

    @Override
    public Optional<Boolean> isTied() {
        return Optional.empty();
    }

    boolean has(String name) {
        return metadata.contains(key(name).name());
    }

    /// A whole number from 1 to [Dimensions#WIDTH_MAX].
    int count(String name) {
        return findCount(name).orElseThrow(() -> key(name).missing("a whole number"));
    }

    OptionalInt findCount(String name) {
        OptionalLong value = findWhole(name);
        return value.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(key(name).count(value.getAsLong(), Dimensions.WIDTH_MAX));
    }

    /// A number above zero.
    OptionalDouble findPositive(String name) {
        OptionalDouble value = metadata.findReal(key(name).name());
        return value.isEmpty() ? value : OptionalDouble.of(key(name).positive(value.getAsDouble()));
    }

    ConfigKey key(String name) {
        return new ConfigKey(file, metadata.architecture() + "." + name);
    }

    private OptionalLong findWhole(String name) {
        return metadata.findInteger(key(name).name());
    }
}
