package dev.lilla.optimize;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.kernel.Quantizer;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelSource;
import dev.lilla.optimize.ModelOutline.OutlinedTensor;
import dev.lilla.store.CatalogModel;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A model of random weights in the exact shapes of a known one: as fast and as large as the real one, and as clever as
/// dice.
public record SyntheticModel(DecoderSpec spec, Map<String, Tensor> tensors) {
    /// Weights with this deviation keep activations of every family in range.
    private static final float DEVIATION = 0.02f;
    /// Rows of random numbers that the matrices are filled with again and again: quantizing billions would take longer
    /// than measuring. Larger than a core's second-level cache, so that nothing is faster than with real weights.
    private static final int POOL_BYTES = 8 << 20;

    private static final long ALIGNMENT = 64;

    /// Layers take turns on this much memory: kernels that read weights as they are stored still find none of it in a
    /// cache (the largest of today's servers have 1.1 GB over all sockets), and a model of 7 B fits beside its own
    /// panels.
    private static final long LAYER_BYTES = 5L << 28;

    /// Makes the model.
    ///
    /// @param options how long its context is, if not as published
    /// @param memory holds the weights
    /// @throws CapacityException if this machine has not enough memory
    public static SyntheticModel of(CatalogModel model, WeightTypes types, LoadOptions options, Arena memory) {
        ModelOutline outline = ModelOutline.of(model, types, options);
        long total = MachineMemory.here().totalBytes();
        if (outline.bytes() > total * 9 / 10) {
            throw new CapacityException(String.format(
                    Locale.ROOT,
                    "%s takes %.2f GB in these types, and this machine has %.2f GB. Choose a smaller model or type",
                    model.name(),
                    outline.bytes() / 1e9,
                    total / 1e9));
        }
        return of(outline, memory);
    }

    /// Makes the model of an outline.
    public static SyntheticModel of(ModelOutline outline, Arena memory) {
        Pool pool = new Pool(new LinkedHashMap<>());
        int turns = turns(outline);
        Map<Place, MemorySegment> places = new HashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (OutlinedTensor tensor : outline.tensors()) {
            Place place = new Place(tensor.pattern(), tensor.layer() % turns, tensor.type());
            MemorySegment data = places.computeIfAbsent(place, _ -> pool.data(tensor, memory));
            tensors.put(tensor.name(), new Tensor(tensor.name(), tensor.type(), tensor.shape(), data));
        }
        return new SyntheticModel(
                outline.family()
                        .spec(new ModelSource(outline.config(), outline.dimensions(), tensors, outline.options())),
                tensors);
    }

    /// Where layers of one turn have the same matrix.
    private record Place(String pattern, int turn, ElementType type) {}

    /// Layers that have memory of their own.
    private static int turns(ModelOutline outline) {
        long layers = outline.tensors().stream()
                .filter(OutlinedTensor::isPerLayer)
                .mapToLong(OutlinedTensor::bytes)
                .sum();
        int count = outline.dimensions().layers();
        return layers <= LAYER_BYTES ? count : (int) Math.ceilDiv(LAYER_BYTES * count, layers);
    }

    /// Bytes of all its weights.
    public long bytes() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    public long parameters() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    /// @throws IllegalStateException if it has none of that name
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the synthetic model has no tensor " + name);
        }
        return tensor;
    }

    /// Random numbers in every type that was asked for.
    private record Pool(Map<ElementType, MemorySegment> byType) {
        MemorySegment data(OutlinedTensor tensor, Arena memory) {
            MemorySegment data = memory.allocate(tensor.bytes(), ALIGNMENT);
            String name = tensor.pattern();
            if (name.contains("norm") && name.endsWith(".weight")) {
                data.copyFrom(MemorySegment.ofArray(
                        ones(Math.toIntExact(tensor.shape().elements()))));
            } else {
                fill(data, byType.computeIfAbsent(tensor.type(), Pool::random));
            }
            return data;
        }

        private static void fill(MemorySegment data, MemorySegment pool) {
            for (long at = 0; at < data.byteSize(); at += pool.byteSize()) {
                long count = Math.min(pool.byteSize(), data.byteSize() - at);
                MemorySegment.copy(pool, 0, data, at, count);
            }
        }

        private static MemorySegment random(ElementType type) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(1);
            int elements = POOL_BYTES / type.blockBytes() * type.blockElements();
            float[] values = new float[elements];
            for (int i = 0; i < elements; i++) {
                values[i] = DEVIATION * (float) (random.nextDouble() * 2 - 1);
            }
            MemorySegment pool = MemorySegment.ofArray(new byte[Math.toIntExact(type.byteSize(elements))]);
            Quantizer.quantize(type, values, 0, elements, pool, 0);
            return pool;
        }

        private static float[] ones(int count) {
            float[] ones = new float[count];
            Arrays.fill(ones, 1);
            return ones;
        }
    }
}
