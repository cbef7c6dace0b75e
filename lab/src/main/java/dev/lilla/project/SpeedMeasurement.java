package dev.lilla.project;

import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.evaluate.SpeedResult;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.optimize.SyntheticModel;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.store.CatalogModel;
import dev.lilla.train.FreeMemory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/// Measures how fast a variant is here, on random weights of its exact shapes.
final class SpeedMeasurement {
    private static final int CONTEXT = 512;
    private static final SpeedCase WARM_UP = new SpeedCase(64, 2, 0, 1);
    private static final SpeedCase READING = SpeedCase.prompt(256, 0);
    private static final SpeedCase WRITING = SpeedCase.generation(16, 256, 1);
    private static final int ROUNDS = 3;
    /// No round begins after this time: a large model is measured once, a small one three times.
    private static final long NANOS_MAX = 6_000_000_000L;

    /// Memory that random weights take beside the panels that the kernels read: see [SyntheticModel].
    private static final long RING_BYTES = 3L << 29;

    private SpeedMeasurement() {}

    /// Measures a variant.
    ///
    /// @param cancelled asked between steps
    /// @return nothing if it was cancelled
    /// @throws CapacityException if this machine has not the memory for it now
    static Optional<Speed> measure(
            CatalogModel model, ConversionType type, HostOptions host, BooleanSupplier cancelled) {
        ModelOutline outline = ModelOutline.of(
                model, WeightTypes.of(type, model.shape()), LoadOptions.DEFAULT.withContextLength(CONTEXT));
        try (HostBackend backend = HostBackend.open(host)) {
            requireMemory(outline, backend);
            try (Arena memory = Arena.ofShared()) {
                SyntheticModel synthetic = SyntheticModel.of(outline, memory);
                Decoder decoder = Decoder.create(synthetic.spec(), synthetic::tensor, backend);
                List<SpeedCase> cases = List.of(WARM_UP, READING, WRITING);
                try (KvBlocks cache = backend.allocateBlocks(decoder.kvLayout(KvType.F16), SpeedMeter.blocks(cases));
                        SpeedMeter meter = new SpeedMeter(decoder, cache, cancelled)) {
                    meter.run(WARM_UP);
                    Optional<SpeedResult> reading = rounds(meter, READING);
                    Optional<SpeedResult> writing = rounds(meter, WRITING);
                    return reading.flatMap(read ->
                            writing.map(written -> new Speed(read.median(), written.median(), Speed.Basis.MEASURED)));
                }
            }
        }
    }

    private static void requireMemory(ModelOutline outline, HostBackend backend) {
        long ring = Math.min(RING_BYTES, outline.bytes());
        long needed = MemoryPrediction.of(outline, CONTEXT, KvType.F16, backend).bytes() + ring;
        OptionalLong free = FreeMemory.ofThisMachine().bytes();
        if (free.isPresent() && needed > free.getAsLong()) {
            throw new CapacityException("measuring it takes " + Quantities.text(needed) + " of memory, and "
                    + Quantities.text(free.getAsLong()) + " is free now");
        }
    }

    private static Optional<SpeedResult> rounds(SpeedMeter meter, SpeedCase work) {
        List<Long> nanos = new ArrayList<>();
        long started = System.nanoTime();
        for (int round = 0; round < ROUNDS && System.nanoTime() - started < NANOS_MAX; round++) {
            OptionalLong time = meter.run(work);
            if (time.isEmpty()) {
                return Optional.empty();
            }
            nanos.add(time.getAsLong());
        }
        return Optional.of(
                new SpeedResult(work, nanos.stream().mapToLong(Long::longValue).toArray()));
    }
}
