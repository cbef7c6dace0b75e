package dev.lilla.model.family;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.KvType;
import dev.lilla.model.AdapterFormat;
import dev.lilla.model.AdapterHost;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A model whose files are mapped and understood, but not yet loaded into anything that computes.
///
/// Its tensors stay valid until [#close].
public final class ModelDescription implements AdapterHost, AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /// Elements that share a scale in an 8-bit cache, and the bytes of one such block.
    private static final int CACHE_BLOCK_ELEMENTS = ElementType.Q8_0.blockElements();

    private final Path path;
    private final Optional<HuggingFaceDirectory> directory;
    private final ModelConfig config;
    private final Family family;
    private final Dimensions dimensions;
    private final TensorTable table;
    private final Checkpoint checkpoint;
    private final Arena arena = Arena.ofShared();
    private final Map<String, Tensor> tensors;
    private final List<String> warnings;
    private final DecoderSpec spec;

    /// @param checkpoint closed with this
    ModelDescription(
            Path path,
            Optional<HuggingFaceDirectory> directory,
            ModelConfig config,
            Checkpoint checkpoint,
            LoadOptions options) {
        this.path = path;
        this.directory = directory;
        this.config = config;
        this.checkpoint = checkpoint;
        this.family = Families.of(config);
        refuseIgnored(options);
        this.dimensions = family.dimensions(config);
        this.table = TensorTable.of(family, dimensions, options);
        TensorTable.Claims claims = table.claim(checkpoint, config.naming());
        this.warnings = claims.warnings();
        this.spec = family.spec(new ModelSource(config, dimensions, claims.tensors(), options));
        this.tensors = inFormThatMultiplies(claims.tensors());
    }

    /// Opens a Hugging Face directory or a GGUF file.
    ///
    /// @throws IllegalArgumentException if there is no model, or an option means nothing to its family
    /// @throws ModelFormatException if a file is broken, or files contradict each other
    /// @throws UnsupportedModelException if the model needs what Lilla lacks
    public static ModelDescription open(Path path, LoadOptions options) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(path + " does not exist, expected a model. Check the spelling.");
        }
        if (Files.isDirectory(path)) {
            return openDirectory(path, options);
        }
        if (!Gguf.isGguf(path) && !path.toString().endsWith(".gguf")) {
            throw new IllegalArgumentException(
                    path + " is no GGUF file. Name one, or the directory of a Hugging Face checkpoint.");
        }
        return openGguf(path, options);
    }

    private static ModelDescription openGguf(Path path, LoadOptions options) {
        Gguf file = Gguf.open(path);
        try {
            return new ModelDescription(path, Optional.empty(), GgufConfig.of(file), file, options);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    private static ModelDescription openDirectory(Path path, LoadOptions options) {
        HuggingFaceDirectory directory = HuggingFaceDirectory.open(path);
        HuggingFaceConfig config =
                HuggingFaceConfig.of(path.resolve("config.json").toString(), directory.config());
        Checkpoint checkpoint = directory.openWeights();
        try {
            return new ModelDescription(path, Optional.of(directory), config, checkpoint, options);
        } catch (Throwable e) {
            checkpoint.close();
            throw e;
        }
    }

    private void refuseIgnored(LoadOptions options) {
        for (LoadOptions.Name name : family.refused(options)) {
            throw new IllegalArgumentException(path + ": option " + name.option()
                    + " means nothing to models of family " + family.name() + ". Leave it out.");
        }
    }

    /// The tensors that the description names, with 1 added to the norms of Gemma's Hugging Face checkpoints; all
    /// others as the file holds them.
    private Map<String, Tensor> inFormThatMultiplies(Map<String, Tensor> claimed) {
        Map<String, Tensor> used = new LinkedHashMap<>();
        for (String name : SpecTensors.of(spec)) {
            Tensor tensor = claimed.get(name);
            TensorRule rule = table.rule(name).orElseThrow(() -> new IllegalStateException("no rule for " + name));
            if (tensor == null) {
                throw TensorTable.missing(checkpoint, rule, config.naming());
            }
            boolean changed = config.naming() == TensorNaming.HUGGING_FACE && rule.added() != 0;
            used.put(name, changed ? plus(tensor, rule.added()) : tensor);
        }
        return Collections.unmodifiableMap(used);
    }

    private Tensor plus(Tensor vector, float added) {
        float[] values = Dequantizer.row(vector, 0);
        MemorySegment data = arena.allocate((long) values.length * Float.BYTES, Float.BYTES);
        for (int i = 0; i < values.length; i++) {
            data.set(FLOAT, (long) i * Float.BYTES, values[i] + added);
        }
        return new Tensor(vector.name(), ElementType.F32, Shape.of(values.length), data);
    }

    /// What was opened.
    public Path path() {
        return path;
    }

    /// The directory, if the model is one.
    public Optional<HuggingFaceDirectory> directory() {
        return directory;
    }

    public Checkpoint checkpoint() {
        return checkpoint;
    }

    public ModelConfig config() {
        return config;
    }

    public Family family() {
        return family;
    }

    public Dimensions dimensions() {
        return dimensions;
    }

    @Override
    public DecoderSpec spec() {
        return spec;
    }

    @Override
    public String ggufArchitecture() {
        return switch (config) {
            case HuggingFaceConfig huggingFace -> family.writtenAs();
            case GgufConfig gguf -> gguf.architecture();
        };
    }

    @Override
    public Optional<String> tensorName(String huggingFaceName) {
        return table.huggingFaceRule(huggingFaceName).map(TensorRule::name).filter(tensors::containsKey);
    }

    @Override
    public Optional<int[]> rowOrder(String tensorName, AdapterFormat adapter) {
        Optional<RowOrder> written = table.rule(tensorName)
                .map(TensorRule::gguf)
                .filter(parts -> parts.size() == 1)
                .map(parts -> parts.getFirst().rows())
                .filter(order -> !order.isIdentity(order.rows()));
        return written.flatMap(order -> switch (adapter) {
                    case PEFT -> config.naming() == TensorNaming.GGUF ? Optional.of(order) : Optional.<RowOrder>empty();
                    case GGUF -> config.naming() == TensorNaming.GGUF ? Optional.empty() : Optional.of(order.inverse());
                })
                .map(RowOrder::toArray);
    }

    @Override
    public Optional<String> huggingFaceName(String tensorName) {
        return table.rule(tensorName).flatMap(TensorRule::huggingFace);
    }

    @Override
    public List<GgufRows> ggufRows(String tensorName) {
        TensorRule rule = table.rule(tensorName)
                .orElseThrow(() -> new IllegalArgumentException("the model has no tensor " + tensorName));
        return switch (config.naming()) {
            case GGUF -> {
                int rows = Math.toIntExact(rule.shape().dimension(0));
                yield List.of(new GgufRows(rule.name(), RowOrder.range(0, rows).toArray()));
            }
            case HUGGING_FACE ->
                rule.gguf().stream()
                        .map(part -> new GgufRows(part.name(), part.rows().toArray()))
                        .toList();
        };
    }

    /// The names of its tensors elsewhere, and how they differ there.
    public TensorTable table() {
        return table;
    }

    /// The tensors that the decoder needs, by the names in [#spec], in the order of computation.
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /// The tensor of that name in [#spec].
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the model needs no tensor " + name);
        }
        return tensor;
    }

    /// What the user should know about the files.
    public List<String> warnings() {
        return warnings;
    }

    /// Numbers in the weights, each counted once where it serves twice.
    public long parameters() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    /// Bytes of the weights as stored.
    public long weightBytes() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    /// Element types of the weights.
    public Set<ElementType> elementTypes() {
        Set<ElementType> types = EnumSet.noneOf(ElementType.class);
        tensors.values().forEach(tensor -> types.add(tensor.type()));
        return types;
    }

    /// Bytes of keys and values of `tokens` tokens, over all layers.
    public long cacheBytes(KvType type, long tokens) {
        long elements = 0;
        long blocks = 0;
        for (var layer : spec.layers()) {
            switch (layer.mixer()) {
                case Attention attention -> {
                    var key = attention.projection().key();
                    elements += 2L * key.width();
                    blocks += 2L * key.heads() * Math.ceilDiv(key.headDim(), CACHE_BLOCK_ELEMENTS);
                }
            }
        }
        return switch (type) {
            case F32 -> Math.multiplyExact(elements * Float.BYTES, tokens);
            case F16 -> Math.multiplyExact(elements * Short.BYTES, tokens);
            case Q8_0 -> Math.multiplyExact(blocks * ElementType.Q8_0.blockBytes(), tokens);
        };
    }

    @Override
    public void close() {
        checkpoint.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
