package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8TextTest {
    private static String decode(byte[] bytes, Utf8Text.Malformed malformed) {
        Utf8Text text = new Utf8Text(malformed);
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            text.append(b & 0xFF);
            String part = text.take();
            assertThat(part.isEmpty() || !Character.isHighSurrogate(part.charAt(part.length() - 1)))
                    .isTrue();
            out.append(part);
        }
        return out.append(text.finish()).toString();
    }

    @Test
    void decodesEveryCodePointByteByByte() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 ? 1 : 97) {
            if (c < 0xD800 || c > 0xDFFF) {
                all.appendCodePoint(c);
            }
        }
        byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(decode(bytes, Utf8Text.Malformed.ONE_A_SEQUENCE)).isEqualTo(all.toString());
        assertThat(decode(bytes, Utf8Text.Malformed.ONE_A_BYTE)).isEqualTo(all.toString());
    }

    /// Expected counts: Unicode 16, table 3-8 and its neighbors ("U+FFFD substitution of maximal subparts").
    @ParameterizedTest
    @CsvSource({
        "C0AF,               2, 2", "E080BF,             3, 3", "F0818182,           4, 4",
        "EDA080,             3, 3", "EDBFBF,             3, 3", "F4919293,           4, 4",
        "FF,                 1, 1", "80BF,               2, 2", "E180,               1, 2",
        "F0918E,             1, 3", "F09F99,             1, 3", "C3,                 1, 1",
        "E1A0C0,             2, 3", "F1BFBFC2,           2, 4", "F5,                 1, 1"
    })
    void replacesMalformedBytes(String hex, int aSequence, int aByte) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(decode(bytes, Utf8Text.Malformed.ONE_A_SEQUENCE)).isEqualTo("\uFFFD".repeat(aSequence));
        assertThat(decode(bytes, Utf8Text.Malformed.ONE_A_BYTE)).isEqualTo("\uFFFD".repeat(aByte));
    }

    @Test
    void beginsAnewWithTheByteThatEndsASequence() {
        byte[] bytes = {(byte) 0xF0, (byte) 0x9F, 'A', (byte) 0xC3, (byte) 0xC3, (byte) 0xA5};
        assertThat(decode(bytes, Utf8Text.Malformed.ONE_A_SEQUENCE)).isEqualTo("\uFFFDA\uFFFD\u00E5");
        assertThat(decode(bytes, Utf8Text.Malformed.ONE_A_BYTE)).isEqualTo("\uFFFD\uFFFDA\uFFFD\u00E5");
    }
}
