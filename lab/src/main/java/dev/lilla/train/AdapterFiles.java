package dev.lilla.train;

import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.TensorDescription;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.model.AdapterFormat;
import dev.lilla.model.LowRankParameters;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An adapter as Hugging Face's PEFT has it (0.21): adapter_config.json and adapter_model.safetensors.
record AdapterFiles(ModelDescription model, Backend backend, List<LowRankParameters> changes, LoraOptions options)
        implements TrainedFiles {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public void fill(Path folder) throws IOException {
        List<TensorDescription> tensors = new ArrayList<>();
        for (LowRankParameters change : changes) {
            tensors.add(description(name(change, "A"), change.down().values()));
            tensors.add(description(name(change, "B"), change.up().values()));
        }
        Path file = folder.resolve("adapter_model.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of("format", "pt"), tensors)) {
            for (LowRankParameters change : changes) {
                SlotFile.append(writer, name(change, "A"), change.down().values(), backend);
                appendUp(writer, change);
            }
            writer.finish();
        }
        Files.write(
                folder.resolve("adapter_config.json"),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(config()));
    }

    private static TensorDescription description(String name, Activation matrix) {
        return new TensorDescription(name, ElementType.F32, Shape.of(matrix.rows(), matrix.columns()));
    }

    private String module(LowRankParameters change) {
        return model.table()
                .moduleOfWeight(change.weight())
                .orElseThrow(() -> new IllegalStateException("no module has the weight " + change.weight()));
    }

    private String name(LowRankParameters change, String matrix) {
        return "base_model.model." + module(change) + ".lora_" + matrix + ".weight";
    }

    /// Rows of B are in the order of the base, which GGUF changes for some weights.
    private void appendUp(SafetensorsWriter writer, LowRankParameters change) {
        Optional<int[]> order = model.rowOrder(change.weight(), AdapterFormat.PEFT);
        Activation up = change.up().values();
        if (order.isEmpty()) {
            SlotFile.append(writer, name(change, "B"), up, backend);
            return;
        }
        int[] places = new int[up.rows()];
        for (int row = 0; row < places.length; row++) {
            places[order.get()[row]] = row;
        }
        float[] row = new float[up.columns()];
        MemorySegment bytes = MemorySegment.ofArray(new byte[row.length * Float.BYTES]);
        for (int place : places) {
            backend.read(up, place, row);
            MemorySegment.copy(row, 0, bytes, FLOAT, 0, row.length);
            writer.append(name(change, "B"), bytes);
        }
    }

    private ObjectNode config() {
        ObjectNode config = JsonMapper.shared()
                .createObjectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", String.valueOf(model.path().getFileName()))
                .put("r", options.rank())
                .put("lora_alpha", options.alpha())
                .put("lora_dropout", options.dropout())
                .put("use_rslora", options.scaling() == LoraOptions.Scaling.RANK_STABILIZED)
                .put("bias", "none")
                .put("init_lora_weights", true)
                .put("inference_mode", true);
        ArrayNode targets = config.putArray("target_modules");
        targets().forEach(targets::add);
        return config;
    }

    /// The modules that are changed, by the shortest names that mean no others.
    private Set<String> targets() {
        Set<String> changed = new TreeSet<>();
        changes.forEach(change -> changed.add(module(change)));
        Set<String> names = new TreeSet<>();
        for (String module : changed) {
            String last = module.substring(module.lastIndexOf('.') + 1);
            boolean meansOthers = model.spec().linearMaps().keySet().stream()
                    .flatMap(weight -> model.table().moduleOfWeight(weight).stream())
                    .anyMatch(other -> other.endsWith("." + last) && !changed.contains(other));
            names.add(meansOthers ? module : last);
        }
        return names;
    }
}
