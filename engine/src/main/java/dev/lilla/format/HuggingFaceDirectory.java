package dev.lilla.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A model as Hugging Face hosts it: a directory with config.json, weights and tokenizer files.
public final class HuggingFaceDirectory {
    private static final String CONFIG_NAME = "config.json";

    private final Path path;
    private final JsonNode config;

    private HuggingFaceDirectory(Path path, JsonNode config) {
        this.path = path;
        this.config = config;
    }

    /// Opens a directory and reads its config.json.
    ///
    /// @throws IllegalArgumentException if it is no directory, or has no config.json
    /// @throws ModelFormatException if config.json is broken
    public static HuggingFaceDirectory open(Path path) {
        requireDirectory(path);
        Path configFile = path.resolve(CONFIG_NAME);
        if (!Files.isRegularFile(configFile)) {
            throw new IllegalArgumentException(path + ": holds no " + CONFIG_NAME
                    + ", which a Hugging Face checkpoint needs. Download it, or name a GGUF file instead.");
        }
        return openFiles(path);
    }

    /// Opens a directory that may hold some files of a model only, a tokenizer for example: without a config.json,
    /// [#config] is empty.
    ///
    /// @throws IllegalArgumentException if it is no directory
    /// @throws ModelFormatException if there is a config.json that is broken
    public static HuggingFaceDirectory openFiles(Path path) {
        requireDirectory(path);
        Path configFile = path.resolve(CONFIG_NAME);
        if (!Files.isRegularFile(configFile)) {
            return new HuggingFaceDirectory(path, JsonFiles.MAPPER.createObjectNode());
        }
        JsonNode config = JsonFiles.read(configFile);
        if (!config.isObject()) {
            throw new ModelFormatException(configFile + ": at byte 0: holds " + config.getNodeType()
                    + ", expected a JSON object. Download it again.");
        }
        return new HuggingFaceDirectory(path, config);
    }

    private static void requireDirectory(Path path) {
        if (!Files.isDirectory(path)) {
            throw new IllegalArgumentException(path + (Files.exists(path) ? " is a file" : " does not exist")
                    + ", expected a directory with config.json and weights. Check the spelling and the folder.");
        }
    }

    public Path path() {
        return path;
    }

    /// The content of config.json, an object.
    public JsonNode config() {
        return config;
    }

    /// The file of that name, if the directory has it.
    public Optional<Path> file(String name) {
        return Optional.of(path.resolve(name)).filter(Files::isRegularFile);
    }

    /// The content of a JSON file, if the directory has it.
    ///
    /// @throws ModelFormatException if the file is broken
    public Optional<JsonNode> json(String fileName) {
        return file(fileName).map(JsonFiles::read);
    }

    /// Opens the weights, preferring safetensors to PyTorch files and an index to a single file.
    /// Copies in the vendor's own layout (`consolidated*`) are ignored.
    ///
    /// @throws IllegalArgumentException if there are none
    /// @throws ModelFormatException if a file is broken or missing
    public Checkpoint openWeights() {
        return file("model.safetensors.index.json")
                .or(() -> file("model.safetensors"))
                .<Checkpoint>map(Safetensors::open)
                .or(() -> file("pytorch_model.bin.index.json")
                        .or(() -> file("pytorch_model.bin"))
                        .map(PyTorchWeights::open))
                .orElseThrow(() -> new IllegalArgumentException(path
                        + ": holds no weights. Expected model.safetensors, pytorch_model.bin, or one of them in parts"
                        + " with its .index.json. Download the checkpoint again."));
    }
}
