package dev.lilla.cli;

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

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof PositionalParamSpec ? LARGER : null;
    }
}
