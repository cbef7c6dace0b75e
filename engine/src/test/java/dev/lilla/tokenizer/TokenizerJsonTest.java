package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerJsonTest {
    private static final String BPE = """
            {"type": "BPE", "unk_token": "?", "vocab": {"?": 0, "a": 1, "b": 2, "ab": 3, "\u2581": 4, "\u2581a": 5},
             "merges": ["a b", ["\u2581", "a"]]}""";

    private static Tokenizer open(String parts) {
        return open(parts, "{}");
    }

    private static Tokenizer open(String parts, String config) {
        return TokenizerJson.read(
                JsonFiles.parse("{" + parts + "}", "tokenizer.json"),
                "tokenizer.json",
                TokenizerConfig.of(Map.of("tokenizer_config.json", JsonFiles.parse(config, "tokenizer_config.json"))));
    }

    private static Tokenizer withModel(String model) {
        return open("\"model\": " + model);
    }

    private static Tokenizer with(String parts) {
        return open("\"model\": " + BPE + ", " + parts);
    }

    private static int[] encode(Tokenizer tokenizer, String text) {
        return tokenizer.encode(text, SpecialTokens.ADD);
    }

    @Nested
    class Models {
        @Test
        void mergeByRankWithPairsInBothSpellings() {
            assertThat(encode(withModel(BPE), "ab\u2581ab\u2581a")).containsExactly(3, 4, 3, 5);
        }

        @Test
        void giveTheUnknownTokenForEachOrForAllInARow() {
            assertThat(encode(withModel(BPE), "axya")).containsExactly(1, 0, 0, 1);
            assertThat(encode(withModel(BPE.replace("{\"type\"", "{\"fuse_unk\": true, \"type\"")), "axya"))
                    .containsExactly(1, 0, 1);
        }

        @Test
        void dropWhatHasNoTokenWithoutAnUnknownToken() {
            assertThat(encode(withModel(BPE.replace("\"unk_token\": \"?\",", "")), "axb"))
                    .containsExactly(1, 2);
        }

        @Test
        void lookUpWholePiecesFirstIfMergesAreIgnored() {
            String model = """
                    {"type": "BPE", "ignore_merges": true, "vocab": {"a": 0, "b": 1, "aba": 2}, "merges": []}""";
            assertThat(encode(withModel(model), "aba")).containsExactly(2);
            assertThat(encode(withModel(model), "ab")).containsExactly(0, 1);
        }

        @Test
        void readWordPieces() {
            Tokenizer tokenizer = open("""
                    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": 100,
                      "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##able": 4, ",": 5}},
                    "normalizer": {"type": "BertNormalizer", "lowercase": true},
                    "pre_tokenizer": {"type": "BertPreTokenizer"},
                    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
                    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true}""");
            int[] ids = encode(tokenizer, "Unable, \u00DCn x");
            assertThat(ids).containsExactly(1, 3, 4, 5, 3, 0, 2);
            assertThat(tokenizer.decode(new int[] {3, 4, 5, 3})).isEqualTo("unable, un");
        }

        @Test
        void readUnigrams() {
            Tokenizer tokenizer = open("""
                    "model": {"type": "Unigram", "unk_id": 0,
                      "vocab": [["<unk>", 0], ["\u2581a", -1], ["b", -1.5], ["\u2581", -2], ["a", -2]]},
                    "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"},
                    "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"}""");
            int[] ids = encode(tokenizer, "ab a");
            assertThat(ids).containsExactly(1, 2, 1);
            assertThat(tokenizer.decode(ids)).isEqualTo("ab a");
        }
    }

    @Nested
    class AddedTokens {
        @Test
        void areFoundInRawOrInNormalizedText() {
            Tokenizer tokenizer = with("""
                    "normalizer": {"type": "Lowercase"},
                    "added_tokens": [{"id": 6, "content": "AB", "normalized": true, "special": false},
                                     {"id": 7, "content": "<S>", "normalized": false, "special": true}]""");
            assertThat(encode(tokenizer, "aB<S>a")).containsExactly(6, 7, 1);
            assertThat(encode(tokenizer, "<s>")).containsExactly(0, 0, 0);
            assertThat(tokenizer.isSpecial(7)).isTrue();
            assertThat(tokenizer.isSpecial(6)).isFalse();
        }

        @Test
        void comeFromTheConfigurationToo() {
            Tokenizer tokenizer = open("\"model\": " + BPE, """
                    {"added_tokens_decoder": {"9": {"content": "<|end|>", "special": true}},
                     "bos_token": {"content": "a"}, "eos_token": "<|end|>", "add_bos_token": true}""");
            assertThat(tokenizer.size()).isEqualTo(10);
            assertThat(encode(tokenizer, "b<|end|>")).containsExactly(1, 2, 9);
            assertThat(tokenizer.endOfText()).hasValue(9);
            assertThat(tokenizer.beginOfText()).hasValue(1);
            assertThat(tokenizer.endsOfGeneration()).containsExactly(9);
            assertThat(tokenizer.token(8)).isEmpty();
        }
    }

    @Nested
    class PostProcessors {
        @Test
        void putTheirTokensAroundAPromptOnly() {
            Tokenizer tokenizer = with("""
                    "post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"},
                      {"type": "TemplateProcessing",
                       "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "y"}}],
                       "special_tokens": {"x": {"ids": [4, 4]}, "y": {"ids": [5]}}}]}""");
            assertThat(tokenizer.encode("a", SpecialTokens.ADD)).containsExactly(4, 4, 1, 5);
            assertThat(tokenizer.encode("a", SpecialTokens.PARSE)).containsExactly(1);
            assertThat(tokenizer.encode("a", SpecialTokens.NONE)).containsExactly(1);
        }

        @Test
        void winOverTheConfiguration() {
            Tokenizer tokenizer = open("\"model\": " + BPE + """
                    , "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}],
                      "special_tokens": {}}""", "{\"bos_token\": \"b\", \"add_bos_token\": true}");
            assertThat(encode(tokenizer, "a")).containsExactly(1);
        }
    }

    @Nested
    class Decoders {
        private String decode(String decoder, int... ids) {
            Tokenizer tokenizer = open("""
                    "model": {"type": "BPE", "merges": [],
                      "vocab": {"\u2581a": 0, "b": 1, "<0xC3>": 2, "<0xA5>": 3, "<0x41>": 4, "\u2581": 5}}, "decoder":""" + decoder);
            String batch = tokenizer.decode(ids);
            assertThat(batch).isEqualTo(tokenizer.decode(ids));
            return batch;
        }

        private static final String LLAMA = """
                {"type": "Sequence", "decoders": [
                 {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
                 {"type": "ByteFallback"}, {"type": "Fuse"},
                 {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}""";

        @Test
        void stripTheSpaceInFrontOnce() {
            assertThat(decode(LLAMA, 5, 5, 0)).isEqualTo("  a");
        }

        @Test
        void replaceAByteRunThatIsNoUtf8AsAWhole() {
            assertThat(decode(LLAMA, 2, 3, 1)).isEqualTo("\u00E5b");
            assertThat(decode(LLAMA, 4, 2, 1)).isEqualTo("\uFFFD\uFFFDb");
        }

        @Test
        void stripTheEndOfTheWholeText() {
            String decoder = LLAMA.replace("\"stop\": 0", "\"stop\": 2");
            assertThat(decode(decoder, 0, 5, 5, 5)).isEqualTo("a ");
            assertThat(decode(decoder, 0, 5, 1, 5)).isEqualTo("a b");
        }

        @Test
        void joinTokensWithSpacesWhereThereIsNone() {
            assertThat(open("\"model\": " + BPE).decode(new int[] {1, 2})).isEqualTo("a b");
        }
    }

    @Nested
    class Refusals {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                "normalizer": {"type": "Nmt"}                                            | the normalizer Nmt
                "normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}    | Precompiled
                "pre_tokenizer": {"type": "UnicodeScripts"}                              | UnicodeScripts
                "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+"}}        | (a+)+
                "post_processor": {"type": "Other"}                                      | the post-processor Other
                "decoder": {"type": "CTC"}                                               | the decoder CTC
                """)
        void nameWhatIsNotKnown(String part, String expected) {
            assertThatThrownBy(() -> with(part))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("tokenizer.json")
                    .hasMessageContaining(expected)
                    .hasMessageContaining("Supported: ");
        }

        @Test
        void nameAModelThatIsNotKnown() {
            assertThatThrownBy(() -> withModel("{\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}}"))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("WordLevel");
            assertThatThrownBy(() -> withModel(BPE.replace("{\"type\"", "{\"dropout\": 0.5, \"type\"")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("dropout");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2147483647}, \"merges\": []}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 1e30}, \"merges\": []}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 0}, \"merges\": []}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a a\"]}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\"]]}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [7]}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [], \"unk_token\": \"u\"}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": [1], \"merges\": []}",
                    "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}",
                    "\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\"]]}",
                    "\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", \"b\"]]}",
                    "\"model\": {\"type\": \"Unigram\", \"unk_id\": 9, \"vocab\": [[\"a\", 0]]}",
                    "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 0}}",
                    "\"model\": 5",
                    "\"version\": \"1.0\""
                })
        void nameFileAndPlaceOfWhatIsBroken(String parts) {
            assertThatThrownBy(() -> open(parts))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("tokenizer.json");
        }

        @Test
        void boundAddedTokens() {
            assertThatThrownBy(() -> with("\"added_tokens\": [{\"id\": 99999999, \"content\": \"x\"}]"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("99999999");
            assertThatThrownBy(() -> with("\"added_tokens\": [{\"id\": 9, \"content\": \"" + "x".repeat(2000) + "\"}]"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("2000 characters");
        }
    }
}
