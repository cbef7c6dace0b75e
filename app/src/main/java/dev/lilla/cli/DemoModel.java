package dev.lilla.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Where no model is named, the one that comes with Lilla.
final class DemoModel implements IDefaultValueProvider {
    /// Its name.
    static final String NAME = "lilla-demo-s";

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof PositionalParamSpec ? NAME : null;
    }
}
