package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Dequantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterContentsTest {
    private static final String WEIGHT = "blk.0.attn_q.weight";

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private SmallAdapters small;

    @BeforeEach
    void open() {
        small = new SmallAdapters(folder);
    }

    @AfterEach
    void close() {
        small.close();
    }

    private AdapterPart part(int rank, float scaling) {
        float[] down = new float[rank * SmallAdapters.in(small.spec(), WEIGHT)];
        float[] up = new float[rank * SmallAdapters.out(small.spec(), WEIGHT)];
        Arrays.fill(down, 1);
        Arrays.fill(up, 2);
        return AdapterPart.of(WEIGHT, rank, down, up, scaling);
    }

    private static AdapterContents contents(AdapterPart... parts) {
        return new AdapterContents("base", 8, AdapterScaling.BY_RANK, List.of(parts));
    }

    @Test
    void refuseWhatMakesNoAdapter() {
        assertThatThrownBy(() -> contents()).hasMessageContaining("changes nothing");
        assertThatThrownBy(() -> contents(part(2, 4), part(2, 4))).hasMessageContaining("twice");
        assertThatThrownBy(() -> new AdapterContents("base", 0, AdapterScaling.BY_RANK, List.of(part(2, 4))))
                .hasMessageContaining("alpha 0");
        assertThatThrownBy(() -> AdapterPart.of(WEIGHT, 3, new float[4], new float[3], 1))
                .hasMessageContaining("multiples of the rank 3");
    }

    @Test
    void refuseWhatDoesNotFitTheBase() throws IOException {
        AdapterHost host = small.host();
        AdapterPart wide = AdapterPart.of(WEIGHT, 1, new float[5], new float[7], 1);
        assertThatThrownBy(() -> PeftAdapterWriter.write(contents(wide), host, folder.resolve("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("by the base");
        AdapterPart unknown = AdapterPart.of("blk.0.attn_norm.weight", 1, new float[5], new float[7], 1);
        assertThatThrownBy(() -> GgufAdapterWriter.write(contents(unknown), host, folder.resolve("a.gguf")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("no linear layer");
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void putAnotherFactorIntoTheMatrix() {
        PeftAdapterWriter.write(contents(part(2, 6)), small.host(), folder.resolve("peft"));
        GgufAdapterWriter.write(contents(part(2, 6)), small.host(), folder.resolve("adapter.gguf"));
        for (String name : List.of("peft", "adapter.gguf")) {
            try (AdapterFile read = AdapterFile.open(folder.resolve(name), small.host())) {
                AdapterPart found = read.parts().getFirst();
                float up = Dequantizer.row(found.up(), 0)[0];
                assertThat(found.scaling() * up).isEqualTo(12);
            }
        }
    }

    @Test
    void nameTheirTargetsAsShortlyAsTheyMay() {
        List<String> linear =
                List.of("h.0.attn.c_proj", "h.0.mlp.c_proj", "h.1.attn.c_proj", "h.1.mlp.c_proj", "h.0.w");
        assertThat(AdapterTargets.of(linear, linear)).containsExactly("c_proj", "w");
        assertThat(AdapterTargets.of(List.of("h.0.attn.c_proj", "h.1.attn.c_proj"), linear))
                .containsExactly("attn.c_proj");
        assertThat(AdapterTargets.of(List.of("h.1.mlp.c_proj"), linear)).containsExactly("1.mlp.c_proj");
        assertThat(AdapterTargets.of(List.of("lm_head"), List.of("lm_head", "x.lm_head")))
                .containsExactly("lm_head");
    }

    @Test
    void tellAdaptersFromModels() throws IOException {
        PeftAdapterWriter.write(contents(part(2, 4)), small.host(), folder.resolve("peft"));
        assertThat(AdapterSummary.isAdapter(folder.resolve("peft"))).isTrue();
        assertThat(AdapterSummary.isAdapter(folder.resolve("nothing"))).isFalse();
        Files.writeString(folder.resolve("peft/config.json"), "{}");
        assertThat(AdapterSummary.isAdapter(folder.resolve("peft"))).isFalse();
    }
}
