package dev.lilla.bench;

import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/// Lilla itself on a GGUF file, measured as `lilla bench` does, with an f16 cache as the others have.
final class LillaPeer implements Peer {
    private final Backend backend;
    private final LoadedModel model;
    private final KvBlocks cache;
    private final SpeedMeter meter;

    /// @param works all that it is going to do
    LillaPeer(Path gguf, int threads, List<SpeedCase> works) {
        backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, threads));
        model = ModelLoader.open(gguf, LoadOptions.DEFAULT, backend);
        cache = backend.allocateBlocks(model.decoder().kvLayout(KvType.F16), SpeedMeter.blocks(works));
        meter = new SpeedMeter(model.decoder(), cache, () -> false);
    }

    @Override
    public double prefill(int tokens) {
        return seconds(SpeedCase.prompt(tokens, 0));
    }

    @Override
    public double decode(int tokens) {
        return seconds(SpeedCase.generation(tokens, 0, 1));
    }

    @Override
    public OptionalDouble sideBySide(SpeedCase work) {
        return OptionalDouble.of(seconds(work));
    }

    private double seconds(SpeedCase work) {
        return meter.run(work).orElseThrow() / 1e9;
    }

    @Override
    public void close() {
        meter.close();
        cache.close();
        model.close();
        backend.close();
    }
}
