package dev.lilla.cli;

import dev.lilla.format.Gguf;
import dev.lilla.format.PyTorchWeights;
import dev.lilla.format.Safetensors;
import dev.lilla.generate.ChatTemplates;
import dev.lilla.model.family.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a model's files say about it besides its weights.
record ModelCard(ModelDescription description) {
    private static final int README_BYTES_MAX = 1 << 20;
    /// `license: apache-2.0` in the front matter of a README.md.
    private static final Pattern LICENSE = Pattern.compile("(?m)^license(?:_name)?:\\s*[\"']?([^\"'\\n]{1,80})");

    /// The form of the files.
    String format() {
        return switch (description.checkpoint()) {
            case Gguf gguf -> "GGUF v" + gguf.version();
            case Safetensors _ -> "safetensors";
            case PyTorchWeights _ -> "PyTorch";
        };
    }

    /// What the publisher calls the model, if the files say so.
    Optional<String> title() {
        return switch (description.checkpoint()) {
            case Gguf gguf -> gguf.metadata().findString("general.name");
            case Safetensors _, PyTorchWeights _ -> configText("_name_or_path");
        };
    }

    /// The license, if the files name one.
    Optional<String> license() throws IOException {
        return switch (description.checkpoint()) {
            case Gguf gguf ->
                gguf.metadata()
                        .findString("general.license")
                        .or(() -> gguf.metadata().findString("general.license.name"));
            case Safetensors _, PyTorchWeights _ -> readmeLicense();
        };
    }

    /// The source of the chat template, if the files have one.
    Optional<String> chatTemplate() {
        return ChatTemplates.source(description);
    }

    private Optional<String> configText(String key) {
        return description
                .directory()
                .map(directory -> directory.config().path(key).asString(""))
                .filter(text -> !text.isBlank());
    }

    private Optional<String> readmeLicense() throws IOException {
        Optional<Path> readme = description.directory().flatMap(directory -> directory.file("README.md"));
        if (readme.isEmpty() || Files.size(readme.get()) > README_BYTES_MAX) {
            return Optional.empty();
        }
        String text = Files.readString(readme.get());
        int end = text.indexOf("\n---", 3);
        if (!text.startsWith("---") || end < 0) {
            return Optional.empty();
        }
        Matcher license = LICENSE.matcher(text.substring(0, end));
        return license.find() ? Optional.of(license.group(1).strip()) : Optional.empty();
    }
}
