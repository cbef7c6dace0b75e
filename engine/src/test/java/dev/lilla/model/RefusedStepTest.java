package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Weights and steps that a decoder refuses, and what it says of them.
class RefusedStepTest {
    private final Backend backend = HostBackend.open(HostOptions.fromProperties());

    @AfterEach
    void closeBackend() {
        backend.close();
    }

    private Decoder decoder(DecoderSpec spec) {
        return Decoder.create(spec, RandomWeights.of(spec, 7), backend);
    }

    @Test
    void aTensorOfAnotherShape() {
        DecoderSpec spec = SmallSpec.with(_ -> {});
        Function<String, Tensor> weights = replaced(
                spec,
                "blk.1.attn_k.weight",
                RandomWeights.tensor("blk.1.attn_k.weight", Shape.of(24, 16), new float[384]));

        assertThatThrownBy(() -> Decoder.create(spec, weights, backend))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("blk.1.attn_k.weight")
                .hasMessageContaining("[24, 16]")
                .hasMessageContaining("[16, 24]");
    }

    @Test
    void aBiasOfAnotherLength() {
        DecoderSpec spec = SmallSpec.with(small -> small.biases = true);
        Function<String, Tensor> weights = replaced(
                spec, "blk.2.ffn_down.bias", RandomWeights.tensor("blk.2.ffn_down.bias", Shape.of(20), new float[20]));

        assertThatThrownBy(() -> Decoder.create(spec, weights, backend))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("blk.2.ffn_down.bias")
                .hasMessageContaining("[20]")
                .hasMessageContaining("[24]");
    }

    private Function<String, Tensor> replaced(DecoderSpec spec, String name, Tensor tensor) {
        RandomWeights weights = RandomWeights.of(spec, 7);
        return wanted -> wanted.equals(name) ? tensor : weights.apply(wanted);
    }

    @Test
    void aTiedHeadOfAnotherShapeThanTheTable() {
        DecoderSpec spec = SmallSpec.with(small -> small.tied = true);
        DecoderSpec wrong = new DecoderSpec(
                spec.family(),
                spec.hidden(),
                spec.vocab(),
                spec.contextLength(),
                spec.embedding(),
                spec.layers(),
                spec.norm(),
                new DecoderSpec.Head(Linear.of("token_embd.weight", spec.hidden(), spec.vocab() + 1), 0));
        assertThatThrownBy(() -> Decoder.create(wrong, RandomWeights.of(spec, 7), backend))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("head");
    }

    @Test
    void headsThatDoNotShareTheirKeys() {
        DecoderSpec spec = withProjection(projection -> new Projection(
                projection.parts(), Projection.HeadLayout.adjacent(0, 3, 8), projection.key(), projection.value()));
        assertThatThrownBy(() -> decoder(spec))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("3 query heads");
    }

    @Test
    void headsBeyondTheirProjection() {
        DecoderSpec spec = withProjection(projection -> new Projection(
                projection.parts(), projection.query(), projection.key(), Projection.HeadLayout.adjacent(57, 2, 8)));
        assertThatThrownBy(() -> decoder(spec))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("64 columns");
    }

    private DecoderSpec withProjection(Function<Projection, Projection> change) {
        DecoderSpec spec = SmallSpec.with(_ -> {});
        LayerSpec layer = spec.layers().getFirst();
        Attention attention = (Attention) layer.mixer();
        Attention changed = new Attention(
                attention.norm(),
                change.apply(attention.projection()),
                attention.headNorms(),
                attention.rotary(),
                attention.lognContext(),
                attention.mask(),
                attention.output(),
                attention.postNorm());
        return new DecoderSpec(
                spec.family(),
                spec.hidden(),
                spec.vocab(),
                spec.contextLength(),
                spec.embedding(),
                List.of(new LayerSpec(changed, layer.feedForward(), layer.order())),
                spec.norm(),
                spec.head());
    }

    @Test
    void moreRotaryDimensionsThanAHeadHas() {
        DecoderSpec spec = SmallSpec.with(small -> small.rotary = SmallSpec.rotary(RotaryStyle.HALF_SPLIT, 10));
        assertThatThrownBy(() -> decoder(spec))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("10 rotary dimensions");
    }

    @Test
    void headNormsOfAnotherKind() {
        DecoderSpec spec = SmallSpec.with(_ -> {});
        LayerSpec layer = spec.layers().getFirst();
        Attention attention = (Attention) layer.mixer();
        Norm norm = new Norm(Norm.Kind.LAYER, "n", Optional.empty(), 1e-5f);
        Attention changed = new Attention(
                attention.norm(),
                attention.projection(),
                Optional.of(new Attention.HeadNorms(norm, norm)),
                attention.rotary(),
                attention.lognContext(),
                attention.mask(),
                attention.output(),
                attention.postNorm());
        DecoderSpec wrong = new DecoderSpec(
                spec.family(),
                spec.hidden(),
                spec.vocab(),
                spec.contextLength(),
                spec.embedding(),
                List.of(new LayerSpec(changed, layer.feedForward(), layer.order())),
                spec.norm(),
                spec.head());
        assertThatThrownBy(() -> decoder(wrong))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("LAYER");
    }

    @Test
    void tokensThatTheModelDoesNotHave() {
        assertRefused(new int[] {1, SmallSpec.VOCAB}, 0, "token 41", "0 to 40");
        assertRefused(new int[] {-1}, 0, "token -1");
    }

    @Test
    void positionsBeyondTheContext() {
        assertRefused(SmallSpec.tokens(5, 1), 508, "position 512", "512 tokens");
    }

    @Test
    void moreTokensThanAStepTakes() {
        assertRefused(SmallSpec.tokens(513, 1), 0, "at most 512", "513");
    }

    private void assertRefused(int[] tokens, int position, String... words) {
        Decoder decoder = decoder(SmallSpec.with(_ -> {}));
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 1024)) {
            int[] blocks = new int[16];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = cache.take();
            }
            BatchEntry entry = new BatchEntry(tokens, position, blocks, 8, LogitRows.LAST, List.of());
            assertThatThrownBy(() -> decoder.forward(Batch.of(entry), cache))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(words);
        }
    }

    @Test
    void tooFewBlocks() {
        Decoder decoder = decoder(SmallSpec.with(_ -> {}));
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64)) {
            int[] blocks = {cache.take()};
            BatchEntry entry = new BatchEntry(SmallSpec.tokens(65, 1), 0, blocks, 65, LogitRows.LAST, List.of());
            assertThatThrownBy(() -> decoder.forward(Batch.of(entry), cache))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 cache blocks");
        }
    }

    @Test
    void aCacheOfAnotherModel() {
        Decoder decoder = decoder(SmallSpec.with(_ -> {}));
        KvLayout other = new KvLayout(KvType.F32, List.of(new KvLayout.Layer(1, 16)));
        try (KvBlocks cache = backend.allocateBlocks(other, 1)) {
            int[] blocks = {cache.take()};
            BatchEntry entry = new BatchEntry(new int[] {1}, 0, blocks, 1, LogitRows.LAST, List.of());
            assertThatThrownBy(() -> decoder.forward(Batch.of(entry), cache))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another model");
        }
    }
}
