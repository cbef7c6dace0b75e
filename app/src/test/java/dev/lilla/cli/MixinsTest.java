package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.kernel.WeightMemory;
import dev.lilla.model.family.GebLayout;
import dev.lilla.model.family.LoadOptions;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// What options on the command line become.
class MixinsTest {
    @Command
    private static final class Nothing {}

    private static <T> T parse(T mixin, String... arguments) {
        new CommandLine(new Nothing())
                .addMixin("options", mixin)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(arguments);
        return mixin;
    }

    @Nested
    class Samplers {
        private final SamplerOptions own = SamplerOptions.sampled(0.7, 3)
                .withTopK(40)
                .withTopP(0.9)
                .withPenalties(new SamplerOptions.Penalties(1.1, 0.2, 0.3, 64));

        @Test
        void leaveTheModelsSettingsAlone() {
            assertThat(parse(new SamplerMixin()).over(own)).isEqualTo(own);
        }

        @Test
        void changeWhatTheUserNames() {
            SamplerOptions changed = parse(
                            new SamplerMixin(),
                            "--temperature=1.5",
                            "--top-k=0",
                            "--min-p=0.05",
                            "--typical-p=0.8",
                            "--frequency-penalty=0",
                            "--repeat-last-n=8",
                            "--seed=9",
                            "--logit-bias=5=-1.5,7=100",
                            "--logit-bias=9=1")
                    .over(own);
            assertThat(changed)
                    .isEqualTo(SamplerOptions.sampled(1.5, 9)
                            .withTopP(0.9)
                            .withMinP(0.05)
                            .withTypicalP(0.8)
                            .withPenalties(new SamplerOptions.Penalties(1.1, 0.2, 0, 8))
                            .withLogitBias(Map.of(5, -1.5f, 7, 100f, 9, 1f)));
        }

        @Test
        void knowTwoOrders() {
            assertThat(parse(new SamplerMixin(), "--sampler-order=LLAMA.CPP")
                            .over(own)
                            .order())
                    .isEqualTo(SamplerOptions.TEMPERATURE_LAST);
            assertThatThrownBy(() ->
                            parse(new SamplerMixin(), "--sampler-order=best").over(own))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("transformers or llama.cpp, not best");
        }

        @Test
        void refuseWhatIsNoProbability() {
            assertThatThrownBy(() -> parse(new SamplerMixin(), "--top-p=1.5").over(own))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("top-p must be from 0 to 1, found 1.5");
        }
    }

    @Nested
    class Loading {
        @Test
        void saysNothingUnlessAsked() {
            assertThat(parse(new LoadMixin()).options()).isEqualTo(LoadOptions.DEFAULT);
        }

        @Test
        void fillsInWhatFilesLost() {
            LoadOptions options = parse(new LoadMixin(), "--sliding-window=4096", "--train-context=8192")
                    .options();
            assertThat(options.slidingWindow()).hasValue(4096);
            assertThat(options.trainContext()).hasValue(8192);
            assertThat(parse(new ContextMixin(), "-c", "77").limit(options).contextLength())
                    .hasValue(77);
            assertThat(parse(new ContextMixin()).limit(options)).isEqualTo(options);
        }

        @Test
        void takesEachChoiceOfGebAlone() {
            GebLayout layout = parse(new LoadMixin(), "--geb-layout=Blocked, interleaved")
                    .options()
                    .gebLayout()
                    .orElseThrow();
            assertThat(layout)
                    .isEqualTo(
                            GebLayout.DEFAULT.with(GebLayout.KeyValues.BLOCKED).with(RotaryStyle.INTERLEAVED));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "per-head,half-split,full,gate-up",
                    "blocked,interleaved,half,up-gate",
                    "per-head,interleaved,half,gate-up"
                })
        void writesALayoutAsItReadsIt(String text) {
            GebLayout layout = parse(new LoadMixin(), "--geb-layout", text)
                    .options()
                    .gebLayout()
                    .orElseThrow();
            assertThat(LoadMixin.text(layout)).isEqualTo(text);
        }

        @Test
        void namesTheChoicesThereAre() {
            assertThatThrownBy(() ->
                            parse(new LoadMixin(), "--geb-layout=sideways").options())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gate-up and up-gate, not \"sideways\"");
        }
    }

    @Nested
    class Computing {
        @Test
        void isAsTheSystemPropertiesSayUnlessAsked() {
            assertThat(parse(new HostMixin()).options()).isEqualTo(HostOptions.fromProperties());
            assertThat(parse(new HostMixin(), "--kernels=reference", "--threads=3")
                            .options())
                    .isEqualTo(new HostOptions(HostOptions.Choice.REFERENCE, 3));
            assertThat(parse(new HostMixin(), "--deterministic").options())
                    .isEqualTo(HostOptions.fromProperties().withDeterminism(true));
        }

        @Test
        void isHandedOnAsACommandLine() {
            HostOptions options = new HostOptions(HostOptions.Choice.REFERENCE, 3, true, WeightMemory.MAPPED);
            String[] arguments = HostMixin.arguments(options).toArray(String[]::new);
            assertThat(parse(new HostMixin(), arguments).options()).isEqualTo(options);
        }

        @Test
        void cachesInSixteenBitsUnlessAsked() {
            assertThat(parse(new CacheMixin()).type()).isEqualTo(KvType.F16);
            assertThat(parse(new CacheMixin(), "--kv-type=q8_0").type()).isEqualTo(KvType.Q8_0);
        }
    }
}
