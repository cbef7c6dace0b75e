package dev.lilla.generate;

import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;

/// How to open a model on this machine.
///
/// @param load what the user says about the model because its files do not
/// @param kvType how keys and values are cached
/// @param host what computes
/// @param speculation how the next tokens are guessed
public record LocalModelOptions(LoadOptions load, KvType kvType, HostOptions host, Speculation speculation) {
    /// Without guesses.
    public LocalModelOptions(LoadOptions load, KvType kvType, HostOptions host) {
        this(load, kvType, host, new Speculation.None());
    }

    /// The model as its files say, an f16 cache, and the fastest kernels.
    public static LocalModelOptions defaults() {
        return new LocalModelOptions(LoadOptions.DEFAULT, KvType.F16, HostOptions.fromProperties());
    }

    public LocalModelOptions withLoad(LoadOptions value) {
        return new LocalModelOptions(value, kvType, host, speculation);
    }

    public LocalModelOptions withKvType(KvType value) {
        return new LocalModelOptions(load, value, host, speculation);
    }

    public LocalModelOptions withHost(HostOptions value) {
        return new LocalModelOptions(load, kvType, value, speculation);
    }

    public LocalModelOptions withSpeculation(Speculation value) {
        return new LocalModelOptions(load, kvType, host, value);
    }
}
