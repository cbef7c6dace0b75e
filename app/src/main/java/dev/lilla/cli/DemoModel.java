package dev.lilla.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The models that come with Lilla; where none is named, the larger one.
final class DemoModel implements IDefaultValueProvider {
    /// The one that `lilla demo` teaches.
    static final String NAME = "lilla-demo-s";

    /// The one to talk to.
    static final String LARGER = "lilla-demo-m";

    /// Messages that a demo model was trained to understand: an instruction, a line break, a text.
    ///
    /// @param model its name
    /// @return none where it is another model
    static List<String> examples(String model) {
        if (!model.startsWith("lilla-demo-")) {
            return List.of();
        }
        try (InputStream stream = DemoModel.class.getResourceAsStream("demo-examples.txt")) {
            String text = new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
            return List.of(text.strip().split("\\R{2}"));
        } catch (IOException e) {
            throw new UncheckedIOException("demo-examples.txt: cannot be read", e);
        }
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof PositionalParamSpec ? LARGER : null;
    }
}
