package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.UnsupportedModelException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Decoders of tokenizer.json. Where a case is one of Hugging Face tokenizers' own tests, its values are from there.
class JsonDecodersTest {
    /// @param tokens separated by `|`
    private static String decode(String decoder, String tokens) {
        List<String> parts = List.of(tokens.split("\\|", -1));
        Vocabulary vocabulary = Vocabulary.of(parts);
        Detokenizer detokenizer = JsonDecoders.read(
                        new JsonPart(JsonFiles.parse(decoder.replace('\'', '"'), "decoder"), "decoder"))
                .open(vocabulary);
        StringBuilder text = new StringBuilder();
        IntStream.range(0, parts.size()).forEach(id -> text.append(detokenizer.append(id)));
        return text.append(detokenizer.finish()).toString();
    }

    @Nested
    class ByteFallback {
        private static final String DECODER = "{'type':'ByteFallback'}";

        /// Source: tokenizers, src/decoders/byte_fallback.rs.
        @ParameterizedTest
        @CsvSource({
            "Hey|friend!, Heyfriend!",
            "<0x61>, a",
            "<0xE5>, \uFFFD",
            "<0xE5>|<0x8f>, \uFFFD\uFFFD",
            "<0xE5>|<0x8f>|<0xab>, \u53eb",
            "<0xE5>|<0x8f>|<0xab>|a, \u53eba",
            "<0xE5>|<0x8f>|a, \uFFFD\uFFFDa"
        })
        void makesTextOfRunsOfBytes(String tokens, String text) {
            assertThat(decode(DECODER, tokens)).isEqualTo(text);
        }

        @Test
        void leavesWhatOnlyLooksLikeAByte() {
            assertThat(decode(DECODER, "<0x6>|<0xGG>|<0x611>")).isEqualTo("<0x6><0xGG><0x611>");
        }
    }

    @Nested
    class Strip {
        /// Source: tokenizers, src/decoders/strip.rs.
        @ParameterizedTest
        @CsvSource({"H, 1, 0, Hey| friend!|HHH, ey friend!HH", "y, 0, 1, Hey| friend!, He friend!"})
        void takesSoManyCharactersOffEachToken(String content, int start, int stop, String tokens, String text) {
            assertThat(decode(strip(content, start, stop), tokens)).isEqualTo(text);
        }

        @Test
        void takesThemOffTheWholeTextAfterFuse() {
            String fused = "{'type':'Sequence','decoders':[{'type':'Fuse'}," + strip("x", 2, 1) + "]}";
            assertThat(decode(fused, "x|xx|ax|bx|x")).isEqualTo("xaxbx");
        }

        private static String strip(String content, int start, int stop) {
            return "{'type':'Strip','content':'" + content + "','start':" + start + ",'stop':" + stop + "}";
        }
    }

    @Nested
    class Metaspace {
        /// Source: tokenizers, src/pre_tokenizers/metaspace.rs.
        @ParameterizedTest
        @CsvSource(
                ignoreLeadingAndTrailingWhitespace = false,
                value = {"always,Hey friend!", "first,Hey friend!", "never, Hey friend!"})
        void writesTheSignAsASpaceButNotTheOneThatWasAdded(String prepend, String text) {
            String decoder = "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'" + prepend + "'}";
            assertThat(decode(decoder, "\u2581Hey|\u2581friend!")).isEqualTo(text);
        }
    }

    @Nested
    class WordPiece {
        /// Source: tokenizers, src/decoders/wordpiece.rs.
        @Test
        void joinsWhatContinuesAWord() {
            assertThat(decode(
                            "{'type':'WordPiece','prefix':'##','cleanup':false}",
                            "##uelo|Ara|##\u00faj|##o|No|##guera"))
                    .isEqualTo("##uelo Ara\u00fajo Noguera");
        }

        @Test
        void takesSpacesBeforePunctuationAway() {
            String tokens = "well|,|i|'m|here|!|is|##n|##'|##t|it|?";
            assertThat(decode("{'type':'WordPiece','prefix':'##','cleanup':true}", tokens))
                    .isEqualTo("well, i'm here! isn't it?");
            assertThat(decode("{'type':'WordPiece','prefix':'##','cleanup':false}", tokens))
                    .isEqualTo("well , i 'm here ! isn't it ?");
        }
    }

    @Nested
    class ByteLevel {
        @Test
        void keepsACodePointTogetherThatTokensPart() {
            // U+00E5 is C3 A5, which the alphabet of bytes writes as U+00C3 U+00A5.
            assertThat(decode("{'type':'ByteLevel'}", "x\u00c3|\u00a5\u0120y")).isEqualTo("x\u00e5 y");
        }

        @Test
        void readsAlikeWithinASequence() {
            String sequence = "{'type':'Sequence','decoders':[{'type':'ByteLevel'},{'type':'Fuse'}]}";
            assertThat(decode(sequence, "x\u00c3|\u00a5\u0120y")).isEqualTo("x\u00e5 y");
        }
    }

    @Test
    void replaceWithinEachToken() {
        assertThat(decode("{'type':'Replace','pattern':{'String':'_'},'content':' '}", "a_b|_|c"))
                .isEqualTo("a b c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'CTC'}; the decoder CTC",
                "{'type':'Replace','pattern':{'Regex':'a+'},'content':''}; regular expression",
                "{'type':'Sequence','decoders':[{'type':'Fuse'},"
                        + "{'type':'Replace','pattern':{'String':'ab'},'content':''}]}; several characters after Fuse"
            })
    void areRefusedByNameIfNotKnown(String decoder, String words) {
        assertThatThrownBy(() -> decode(decoder, "a"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(words)
                .hasMessageContaining("Supported:");
    }
}
