package dev.lilla.cli;

import picocli.CommandLine.Option;

/// The choice between output for people and for programs.
final class JsonOption {
    @Option(names = "--json", description = "Prints JSON, for programs.")
    private boolean json;

    boolean isSet() {
        return json;
    }
}
