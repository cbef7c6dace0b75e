package dev.lilla.cli;

import dev.lilla.kernel.KvType;
import picocli.CommandLine.Option;

/// How keys and values are cached.
final class CacheMixin {
    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "f16",
            description = "f32, f16 or q8_0. Default: ${DEFAULT-VALUE}.")
    private KvType type = KvType.F16;

    KvType type() {
        return type;
    }
}
