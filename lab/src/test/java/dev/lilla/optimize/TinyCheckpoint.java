package dev.lilla.optimize;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.HuggingFaceConfig;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.TensorRule;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A checkpoint of random weights with the tensors that a family requires, as small as its configuration.
final class TinyCheckpoint {
    private TinyCheckpoint() {}

    static Path write(Path directory, Family family, String config) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config.json"), config);
            Files.writeString(directory.resolve("vocab.json"), "{\"a\": 0}");
            Files.writeString(directory.resolve("merges.txt"), "#version: 0.2\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Dimensions dimensions =
                family.dimensions(HuggingFaceConfig.of("config.json", JsonFiles.parse(config, "config.json")));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        List<Tensor> tensors = new ArrayList<>();
        for (TensorRule rule : family.tensors(dimensions, LoadOptions.DEFAULT)) {
            if (rule.presence() == TensorRule.Presence.REQUIRED
                    && rule.huggingFace().isPresent()) {
                String name = rule.huggingFace().get();
                for (int layer = 0; layer < (name.contains("#") ? dimensions.layers() : 1); layer++) {
                    tensors.add(tensor(name.replace("#", Integer.toString(layer)), rule, random));
                }
            }
        }
        SafetensorsWriter.write(directory.resolve("model.safetensors"), Map.of(), tensors);
        return directory;
    }

    private static Tensor tensor(String name, TensorRule rule, RandomGenerator random) {
        long elements = rule.shape().elements();
        MemorySegment data = MemorySegment.ofArray(new byte[Math.toIntExact(elements * Float.BYTES)]);
        for (long i = 0; i < elements; i++) {
            data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES, (float) random.nextGaussian());
        }
        return new Tensor(name, ElementType.F32, rule.shape(), data);
    }
}
