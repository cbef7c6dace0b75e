package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufTokenizerTest {
    private final Map<String, GgufValue> entries = new LinkedHashMap<>();

    private GgufTokenizerTest put(String key, GgufValue value) {
        entries.put("tokenizer.ggml." + key, value);
        return this;
    }

    private GgufTokenizerTest tokens(String... tokens) {
        return put("tokens", new GgufValue.Texts(List.of(tokens)));
    }

    private GgufTokenizerTest types(long... types) {
        return put(
                "token_type",
                new GgufValue.Wholes(
                        GgufType.INT32, Arrays.stream(types).boxed().toList()));
    }

    private GgufTokenizerTest model(String model) {
        return put("model", new GgufValue.Text(model));
    }

    private GgufTokenizerTest scores(double... scores) {
        return put(
                "scores",
                new GgufValue.Reals(
                        GgufType.FLOAT32, Arrays.stream(scores).boxed().toList()));
    }

    private GgufTokenizerTest merges(String... merges) {
        return put("merges", new GgufValue.Texts(List.of(merges)));
    }

    private Tokenizer open() {
        return GgufTokenizer.read(GgufMetadata.of("m.gguf", entries), "m.gguf");
    }

    private GgufTokenizerTest llama() {
        return model("llama")
                .tokens("<unk>", "<s>", "</s>", "\u2581", "a", "\u2581a", "  ")
                .types(2, 3, 3, 1, 1, 1, 4)
                .scores(0, 0, 0, -1, -2, -3, 0);
    }

    private GgufTokenizerTest gpt2(String pre) {
        entries.put("general.architecture", new GgufValue.Text("llama"));
        put("pre", new GgufValue.Text(pre));
        return model("gpt2")
                .tokens("a", "b", "1", "2", "12", "<s>", "\u0120", "\u0120a", "ab")
                .types(1, 1, 1, 1, 1, 3, 1, 1, 1)
                .merges("1 2", "\u0120 a")
                .put("bos_token_id", new GgufValue.Whole(GgufType.UINT32, 5));
    }

    @Nested
    class SentencePieces {
        @Test
        void putBeginAndASpaceInFront() {
            assertThat(llama().open().encode("a", SpecialTokens.ADD)).containsExactly(1, 5);
        }

        @Test
        void putASpaceInFrontAfterSpecialTokensToo() {
            assertThat(llama().open().encode("a</s>a", SpecialTokens.PARSE)).containsExactly(5, 2, 5);
        }

        @Test
        void doNeitherIfTheKeysSaySo() {
            llama().put("add_bos_token", new GgufValue.Flag(false)).put("add_space_prefix", new GgufValue.Flag(false));
            assertThat(open().encode("a a", SpecialTokens.ADD)).containsExactly(4, 5);
        }

        @Test
        void findUserDefinedPiecesWrittenWithSpaces() {
            assertThat(llama().open().encode("  a", SpecialTokens.NONE)).containsExactly(6, 5);
        }
    }

    @Nested
    class ByteLevels {
        /// Digits: one a piece for Qwen, up to three for Llama 3.
        @ParameterizedTest
        @CsvSource({
            "qwen2, 2 3, false",
            "llama-bpe, 5 4, true",
            "falcon3, 5 4, true",
            "chatglm-bpe, 4, false",
            "smollm, 2 3, false",
            "gpt-2, 4, false",
            "falcon, 4, false",
            "tekken, 5 2 3, true",
            "gpt-4o, 4, false"
        })
        void cutAsTheNamedPreTokenizerDoes(String pre, String expected, boolean whole) {
            gpt2(pre);
            assertThat(open().encode("12", SpecialTokens.ADD))
                    .containsExactly(java.util.Arrays.stream(expected.split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray());
            assertThat(open().encode("ab", SpecialTokens.NONE)).isEqualTo(whole ? new int[] {8} : new int[] {0, 1});
        }

        @ParameterizedTest
        @CsvSource({"qwen, 2 3", "qwen2, 2 3", "falcon, 4", "gpt2, 4"})
        void inferAMissingPreTokenizerFromTheArchitecture(String architecture, String expected) {
            gpt2("default");
            entries.put("general.architecture", new GgufValue.Text(architecture));
            assertThat(open().encode("12", SpecialTokens.NONE))
                    .containsExactly(java.util.Arrays.stream(expected.split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray());
        }

        @Test
        void refuseAPreTokenizerByName() {
            gpt2("viking");
            assertThatThrownBy(GgufTokenizerTest.this::open)
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("viking");
            gpt2("default");
            assertThatThrownBy(GgufTokenizerTest.this::open)
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("of llama");
        }
    }

    @Nested
    class Refusals {
        @Test
        void nameTheModel() {
            assertThatThrownBy(() -> model("rwkv").tokens("a").open())
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("rwkv");
        }

        @Test
        void nameTheKey() {
            assertThatThrownBy(() -> model("llama").open()).hasMessageContaining("tokenizer.ggml.tokens is missing");
            tokens("a");
            assertThatThrownBy(GgufTokenizerTest.this::open).hasMessageContaining("tokenizer.ggml.scores is missing");
            scores(1, 2);
            assertThatThrownBy(GgufTokenizerTest.this::open).hasMessageContaining("scores has 2 elements, expected 1");
            scores(Double.NaN);
            assertThatThrownBy(GgufTokenizerTest.this::open).hasMessageContaining("no number at 0");
            types(1, 1);
            assertThatThrownBy(GgufTokenizerTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("token_type has 2 elements");
        }

        @Test
        void areForEmptyVocabulariesAndMergesOfNothing() {
            assertThatThrownBy(() -> model("llama").tokens().scores().open())
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("0 tokens");
            gpt2("qwen2").merges("a x");
            assertThatThrownBy(GgufTokenizerTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("merges[0]");
        }

        @Test
        void doNotCountIdsOutOfRange() {
            Tokenizer tokenizer = llama().put("bos_token_id", new GgufValue.Whole(GgufType.UINT32, 0xFFFF_FFFFL))
                    .put("eos_token_id", new GgufValue.Whole(GgufType.INT32, -1))
                    .open();
            assertThat(tokenizer.beginOfText()).isEmpty();
            assertThat(tokenizer.endOfText()).isEmpty();
            assertThat(tokenizer.encode("a", SpecialTokens.ADD)).containsExactly(5);
            assertThatThrownBy(() -> tokenizer.decode(new int[] {7})).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> tokenizer.token(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
