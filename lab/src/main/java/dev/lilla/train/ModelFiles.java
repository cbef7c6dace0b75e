package dev.lilla.train;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.TensorDescription;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Parameter;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.TensorRule;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A whole trained model as a Hugging Face directory: new weights in f32, and the other files of the one it
/// began as.
record ModelFiles(HuggingFaceDirectory source, ModelDescription model, Backend backend, List<Parameter> parameters)
        implements TrainedFiles {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /// What a directory of a model holds beside weights: settings, tokenizers, templates, licenses.
    private static final Set<String> COPIED =
            Set.of("json", "jinja", "txt", "model", "tiktoken", "md", "py", "license", "notice");

    private static final Set<String> NOT_COPIED =
            Set.of("config.json", "model.safetensors.index.json", "pytorch_model.bin.index.json");
    /// Larger files are no settings.
    private static final long COPIED_BYTES_MAX = 256 << 20;

    @Override
    public void fill(Path folder) throws IOException {
        List<TensorDescription> tensors = new ArrayList<>();
        for (Parameter parameter : parameters) {
            Shape shape = parameter.weight().shape();
            tensors.add(new TensorDescription(name(parameter), ElementType.F32, shape));
        }
        Path file = folder.resolve("model.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of("format", "pt"), tensors)) {
            parameters.forEach(parameter -> append(writer, parameter));
            writer.finish();
        }
        ObjectNode config = (ObjectNode) source.config().deepCopy();
        config.put("torch_dtype", "float32");
        Files.write(
                folder.resolve("config.json"),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
        copyOthers(folder);
    }

    private TensorRule rule(Parameter parameter) {
        return model.table()
                .rule(parameter.name())
                .orElseThrow(() -> new IllegalStateException("no rule for " + parameter.name()));
    }

    private String name(Parameter parameter) {
        return rule(parameter)
                .huggingFace()
                .orElseThrow(() -> new IllegalStateException(parameter.name() + " has no name in checkpoints"));
    }

    /// Gemma's checkpoints have norms without the 1 that they are used with.
    private void append(SafetensorsWriter writer, Parameter parameter) {
        float added = rule(parameter).added();
        Activation values = parameter.values();
        float[] row = new float[values.columns()];
        MemorySegment bytes = MemorySegment.ofArray(new byte[row.length * Float.BYTES]);
        for (int r = 0; r < values.rows(); r++) {
            backend.read(values, r, row);
            for (int i = 0; added != 0 && i < row.length; i++) {
                row[i] -= added;
            }
            MemorySegment.copy(row, 0, bytes, FLOAT, 0, row.length);
            writer.append(name(parameter), bytes);
        }
    }

    private void copyOthers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(source.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
                if (COPIED.contains(ending) && !NOT_COPIED.contains(name) && Files.size(file) <= COPIED_BYTES_MAX) {
                    Files.copy(file, folder.resolve(name));
                }
            }
        }
    }
}
