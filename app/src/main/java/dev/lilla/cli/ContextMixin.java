package dev.lilla.cli;

import dev.lilla.model.family.LoadOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How long a text may become.
final class ContextMixin {
    @Option(
            names = {"--context", "-c"},
            paramLabel = "TOKENS",
            description = "Longest text, prompt included. Default: what the model was made for.")
    private @Nullable Integer context;

    /// Takes what a deployment says, if the command line says nothing.
    void adopt(int tokens) {
        context = context == null ? Integer.valueOf(tokens) : context;
    }

    LoadOptions limit(LoadOptions options) {
        return context == null ? options : options.withContextLength(context);
    }
}
