package dev.lilla.model;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Writes adapters as Hugging Face's PEFT does (0.21): adapter_model.safetensors and adapter_config.json, names and row
/// order of Hugging Face, numbers in f32.
public final class PeftAdapterWriter {
    private static final String WEIGHT = ".weight";

    private final AdapterContents contents;
    private final AdapterHost base;
    private final Path directory;

    private PeftAdapterWriter(AdapterContents contents, AdapterHost base, Path directory) {
        this.contents = contents;
        this.base = base;
        this.directory = directory;
    }

    /// Writes an adapter into a directory, which is made if need be. Each of the two files takes its name when it is
    /// complete, the configuration last.
    ///
    /// @param base the model it was trained on
    /// @throws IllegalArgumentException if a shape is not that of the base
    /// @throws UnsupportedModelException if Hugging Face's form of the base has no such weight
    /// @throws UncheckedIOException if it cannot be written
    public static void write(AdapterContents contents, AdapterHost base, Path directory) {
        contents.requireFits(base, directory);
        new PeftAdapterWriter(contents, base, directory).write();
    }

    private void write() {
        Map<String, AdapterPart> modules = new LinkedHashMap<>();
        contents.parts().forEach(part -> modules.put(module(part.weight()), part));
        List<Tensor> tensors = new ArrayList<>();
        modules.forEach((module, part) -> {
            String name = PeftAdapter.MODULE_PREFIX + module;
            int rank = part.rank();
            tensors.add(AdapterPart.tensor(
                    name + PeftAdapter.DOWN_SUFFIX, part.down().shape(), AdapterContents.down(part)));
            tensors.add(
                    AdapterPart.tensor(name + PeftAdapter.UP_SUFFIX, part.up().shape(), up(part, rank)));
        });
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be made: " + e.getMessage(), e);
        }
        SafetensorsWriter.write(directory.resolve(PeftAdapter.WEIGHTS_NAME), Map.of("format", "pt"), tensors);
        JsonFiles.write(directory.resolve(PeftAdapter.CONFIG_NAME), config(modules));
    }

    private String module(String weight) {
        return base.huggingFaceName(weight)
                .filter(name -> name.endsWith(WEIGHT))
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .orElseThrow(() -> new UnsupportedModelException(directory + ": " + weight
                        + " has no counterpart on Hugging Face, so PEFT cannot hold a change of it. Write a GGUF"
                        + " adapter instead."));
    }

    /// B in the row order of Hugging Face.
    private float[] up(AdapterPart part, int rank) {
        float[] rows = AdapterContents.up(part, contents.scaling().of(contents.alpha(), rank));
        int[] order = base.rowOrder(part.weight(), AdapterFormat.PEFT).orElse(null);
        if (order == null) {
            return rows;
        }
        float[] ordered = new float[rows.length];
        for (int row = 0; row < order.length; row++) {
            System.arraycopy(rows, row * rank, ordered, order[row] * rank, rank);
        }
        return ordered;
    }

    private ObjectNode config(Map<String, AdapterPart> modules) {
        int rank = contents.parts().getFirst().rank();
        ObjectNode config = JsonNodeFactory.instance
                .objectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", contents.base())
                .put("inference_mode", true)
                .put("r", rank);
        if (contents.alpha() == Math.rint(contents.alpha()) && contents.alpha() <= Integer.MAX_VALUE) {
            config.put("lora_alpha", (int) contents.alpha());
        } else {
            config.put("lora_alpha", contents.alpha());
        }
        config.put("use_rslora", contents.scaling() == AdapterScaling.BY_ROOT_OF_RANK)
                .put("use_dora", false)
                .put("lora_dropout", 0.0)
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("init_lora_weights", true);
        config.putNull("modules_to_save");
        ArrayNode targets = config.putArray("target_modules");
        AdapterTargets.of(modules.keySet(), linearModules()).forEach(targets::add);
        ObjectNode ranks = config.putObject("rank_pattern");
        modules.forEach((module, part) -> {
            if (part.rank() != rank) {
                ranks.put(module, part.rank());
            }
        });
        config.putObject("alpha_pattern");
        return config;
    }

    private Set<String> linearModules() {
        return base.spec().linearMaps().keySet().stream()
                .filter(weight -> base.huggingFaceName(weight).isPresent())
                .map(this::module)
                .collect(Collectors.toSet());
    }
}
