package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BlockKeyTest {
    private static final CacheScope OWNER = new CacheScope.Owner("a");

    @TestFactory
    Stream<DynamicTest> dependsOnThePromptsLengthExactlyWhereFrequenciesDo() {
        return Oracle.models().stream()
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    try (ModelDescription model = ModelDescription.open(path, LoadOptions.DEFAULT)) {
                        DecoderSpec spec = model.spec();
                        for (int length : new int[] {50, 500, 5000, 50_000}) {
                            assertThat(root(OWNER, "m", spec, length).equals(root(OWNER, "m", spec, 10)))
                                    .isEqualTo(turnsAlike(spec, length, 10));
                        }
                    }
                }));
    }

    private static boolean turnsAlike(DecoderSpec spec, int promptTokens, int otherTokens) {
        return spec.layers().stream()
                .map(layer -> (Attention) layer.mixer())
                .flatMap(attention -> attention.rotary().stream())
                .allMatch(rotary -> Arrays.equals(inverse(rotary, promptTokens), inverse(rotary, otherTokens)));
    }

    private static float[] inverse(RotaryEmbedding rotary, int promptTokens) {
        return rotary.frequencies(promptTokens).inverse();
    }

    private static BlockKey root(CacheScope scope, String digest, DecoderSpec spec, int promptTokens) {
        return BlockKey.root(scope, digest, KvType.F16, List.of(), spec, promptTokens);
    }

    @Test
    void tellsScopesModelsCacheTypesAndTextsApart() {
        try (ModelDescription model = ModelDescription.open(Oracle.models().getFirst(), LoadOptions.DEFAULT)) {
            DecoderSpec spec = model.spec();
            BlockKey root = root(OWNER, "m", spec, 10);
            assertThat(root).isEqualTo(root(new CacheScope.Owner("a"), "m", spec, 10));
            UUID id = UUID.randomUUID();
            assertThat(List.of(
                            root,
                            root(new CacheScope.Owner("b"), "m", spec, 10),
                            root(new CacheScope.Shared(), "m", spec, 10),
                            root(new CacheScope.Owner("shared"), "m", spec, 10),
                            root(new CacheScope.Request(id), "m", spec, 10),
                            root(new CacheScope.Owner("request " + id), "m", spec, 10),
                            root(OWNER, "n", spec, 10),
                            BlockKey.root(OWNER, "m", KvType.Q8_0, List.of(), spec, 10),
                            root.child(new int[] {1, 2}),
                            root.child(new int[] {1}),
                            root.child(new int[] {1}).child(new int[] {2}),
                            root.child(new int[] {2}).child(new int[] {1})))
                    .doesNotHaveDuplicates();
        }
    }
}
