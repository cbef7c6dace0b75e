package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Adapters on every linear layer of every family are written and come back as they were, on checkpoints and on GGUFs.
class AdapterWritersOracleTest {
    /// Logits of a checkpoint and of its GGUF in f16, each with the same adapter.
    private static final double LOGITS_NARROWED = 1e-1;

    private static final int RANK = 4;

    @TempDir
    Path folder;

    static Stream<OracleCase> cases() {
        KernelsOnce once = new KernelsOnce();
        return OracleCase.all().filter(sample -> once.isFirst(sample.path()));
    }

    static Stream<OracleCase> checkpointsWithGguf() {
        return cases().filter(sample ->
                !sample.isGguf() && Oracle.gguf(sample.golden()).isPresent());
    }

    /// Files do not depend on kernels, so each model is taken once.
    private static final class KernelsOnce {
        private final List<Path> seen = new ArrayList<>();

        boolean isFirst(Path path) {
            return !seen.contains(path) && seen.add(path);
        }
    }

    /// A random adapter on all linear layers, one of another rank.
    private static AdapterContents contents(DecoderSpec spec, AdapterScaling scaling, double deviation) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        List<AdapterPart> parts = new ArrayList<>();
        spec.linearMaps().forEach((weight, map) -> {
            int rank = parts.size() == 1 ? 2 * RANK : RANK;
            parts.add(AdapterPart.of(
                    weight,
                    rank,
                    gaussians(random, rank * map.in(), deviation),
                    gaussians(random, rank * map.out(), deviation),
                    scaling.of(16, rank)));
        });
        return new AdapterContents("some/base", 16, scaling, parts);
    }

    private static float[] gaussians(RandomGenerator random, int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian(0, deviation);
        }
        return values;
    }

    private static void requireSame(AdapterFile found, AdapterContents expected) {
        Map<String, AdapterPart> parts =
                found.parts().stream().collect(Collectors.toMap(AdapterPart::weight, part -> part));
        assertThat(parts).hasSameSizeAs(expected.parts());
        for (AdapterPart part : expected.parts()) {
            AdapterPart same = Objects.requireNonNull(parts.get(part.weight()), part.weight());
            assertThat(same.scaling()).isEqualTo(part.scaling());
            assertThat(same.down().data().mismatch(part.down().data()))
                    .as(part.weight())
                    .isEqualTo(-1);
            assertThat(same.up().data().mismatch(part.up().data()))
                    .as(part.weight())
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void comeBackFromPeft(OracleCase sample) {
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            for (AdapterScaling scaling : AdapterScaling.values()) {
                AdapterContents contents = contents(loaded.spec(), scaling, 0.3);
                Path written = folder.resolve(scaling.name());
                PeftAdapterWriter.write(contents, loaded.description(), written);
                try (AdapterFile read = AdapterFile.open(written, loaded.description())) {
                    requireSame(read, contents);
                }
                AdapterSummary summary = AdapterSummary.of(written);
                assertThat(summary.base()).hasValue("some/base");
                assertThat(summary.ranks()).containsExactly(RANK, 2 * RANK);
                assertThat(summary.scaling()).isEqualTo(scaling);
                assertThat(summary.matrices()).isEqualTo(contents.parts().size());
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void comeBackFromGguf(OracleCase sample) {
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            AdapterContents contents = contents(loaded.spec(), AdapterScaling.BY_RANK, 0.3);
            boolean splits = contents.parts().stream()
                    .anyMatch(
                            part -> loaded.description().ggufRows(part.weight()).size() > 1);
            Path written = folder.resolve("adapter.gguf");
            GgufAdapterWriter.write(contents, loaded.description(), written);
            assertThat(AdapterSummary.isAdapter(written)).isTrue();
            if (!splits) {
                try (AdapterFile read = AdapterFile.open(written, loaded.description())) {
                    requireSame(read, contents);
                }
            }
        }
    }

    /// The GGUF of a model with the GGUF adapter that was written for its checkpoint computes what the checkpoint
    /// does with the PEFT adapter, split and permuted matrices included.
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("checkpointsWithGguf")
    void meanTheSameOnTheGgufOfTheirBase(OracleCase checkpoint) {
        OracleCase gguf = checkpoint.asGguf(Oracle.gguf(checkpoint.golden()).orElseThrow());
        int[] ids = OracleModel.of(checkpoint.golden()).prompts().getFirst().ids();
        Path written = folder.resolve("adapter.gguf");
        float[][] expected;
        float[][] without;
        try (Backend backend = checkpoint.backend();
                LoadedModel loaded = checkpoint.load(backend)) {
            AdapterContents contents = contents(loaded.spec(), AdapterScaling.BY_RANK, 0.05);
            GgufAdapterWriter.write(contents, loaded.description(), written);
            PeftAdapterWriter.write(contents, loaded.description(), folder.resolve("peft"));
            try (LoraAdapter adapter = LoraAdapter.open(folder.resolve("peft"), loaded.description(), backend)) {
                expected = logits(loaded, backend, ids, List.of(new ActiveAdapter(adapter, 1)));
                without = logits(loaded, backend, ids, List.of());
            }
        }
        Deviation changed = new Deviation();
        Deviation deviation = new Deviation();
        try (Backend backend = gguf.backend();
                LoadedModel loaded = gguf.load(backend);
                LoraAdapter adapter = LoraAdapter.open(written, loaded.description(), backend)) {
            float[][] found = logits(loaded, backend, ids, List.of(new ActiveAdapter(adapter, 1)));
            for (int t = 0; t < ids.length; t++) {
                deviation.add("at " + t, found[t], expected[t]);
                changed.add("at " + t, without[t], expected[t]);
            }
        }
        assertThat(changed.max()).isGreaterThan(10 * LOGITS_NARROWED);
        deviation.assertWithin(LOGITS_NARROWED);
    }

    private static float[][] logits(LoadedModel loaded, Backend backend, int[] ids, List<ActiveAdapter> adapters) {
        Decoder decoder = loaded.decoder();
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, ids.length);
                DecoderRun run = new DecoderRun(decoder, cache, ids.length, adapters)) {
            return run.advance(ids);
        }
    }

    /// The oracle's adapters, which PEFT wrote, come out as they went in: from checkpoints, and from GGUFs whose rows
    /// lie in another order; and the GGUF adapter computes the same bits.
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.lilla.model.LoraOracleTest#adapters")
    void writeWhatPeftWrote(LoraOracleTest.AdapterCase sample) {
        Path peft = folder.resolve("peft");
        Path gguf = folder.resolve("adapter.gguf");
        int[] ids = new OracleModel.Prompt(sample.golden().path("prompts").path(0)).ids();
        try (Backend backend = sample.base().backend();
                LoadedModel loaded = sample.base().load(backend);
                AdapterFile original = AdapterFile.open(sample.adapter(), loaded.description())) {
            AdapterContents contents = AdapterContents.of(original, "oracle");
            PeftAdapterWriter.write(contents, loaded.description(), peft);
            GgufAdapterWriter.write(contents, loaded.description(), gguf);
            List<float[][]> logits = new ArrayList<>();
            for (Path path : List.of(sample.adapter(), peft, gguf)) {
                try (LoraAdapter adapter = LoraAdapter.open(path, loaded.description(), backend)) {
                    logits.add(logits(loaded, backend, ids, List.of(new ActiveAdapter(adapter, 1))));
                }
            }
            assertThat(logits.get(1)).isDeepEqualTo(logits.get(0));
            assertThat(logits.get(2)).isDeepEqualTo(logits.get(0));
            try (Gguf file = Gguf.open(gguf)) {
                assertThat(file.metadata().string("general.type")).isEqualTo("adapter");
                assertThat(file.metadata().architecture())
                        .isEqualTo(loaded.description().ggufArchitecture());
                assertThat(file.metadata().findReal("adapter.lora.alpha"))
                        .hasValue(sample.golden().path("lora_alpha").asDouble());
            }
        }
        try (Safetensors theirs = Safetensors.open(sample.adapter().resolve("adapter_model.safetensors"));
                Safetensors ours = Safetensors.open(peft.resolve("adapter_model.safetensors"))) {
            assertThat(ours.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(theirs.tensors().keySet());
            for (Tensor tensor : theirs.tensors().values()) {
                Tensor same = ours.tensor(tensor.name());
                assertThat(same.shape()).isEqualTo(tensor.shape());
                assertThat(same.data().mismatch(tensor.data()))
                        .as(tensor.name())
                        .isEqualTo(-1);
            }
        }
        var theirs = JsonFiles.read(sample.adapter().resolve("adapter_config.json"));
        var ours = JsonFiles.read(peft.resolve("adapter_config.json"));
        assertThat(ours.path("r")).isEqualTo(theirs.path("r"));
        assertThat(ours.path("lora_alpha")).isEqualTo(theirs.path("lora_alpha"));
        assertThat(ours.path("target_modules").valueStream())
                .containsExactlyInAnyOrderElementsOf(
                        theirs.path("target_modules").valueStream().toList());
    }
}
