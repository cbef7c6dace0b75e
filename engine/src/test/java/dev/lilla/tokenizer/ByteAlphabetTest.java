package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteAlphabetTest {
    /// Space is the byte 0x20, which is not printable, the 33rd of its kind.
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"a,a", "' ',\u0120", "\u00e5,\u00e5", "\u00a0,\u0142", "~!,~!", "\u00ad,\u0143"})
    void writesBytesAsGpt2Does(String latin1, String text) {
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ByteAlphabet.write(bytes)).isEqualTo(text);
        assertThat(ByteAlphabet.read(text)).isEqualTo(bytes);
    }

    @Test
    void writesEveryByteAsACharacterOfItsOwn() {
        byte[] bytes = new byte[256];
        for (int value = 0; value < bytes.length; value++) {
            bytes[value] = (byte) value;
        }
        String text = ByteAlphabet.write(bytes);
        assertThat(text.chars().distinct().count()).isEqualTo(256);
        assertThat(text.chars().allMatch(character -> character > ' ' && character < 0x144))
                .isTrue();
        assertThat(ByteAlphabet.read(text)).isEqualTo(bytes);
    }

    @Test
    void readsATokenOfOtherCharactersAsItsText() {
        assertThat(ByteAlphabet.read("<\uff5cend\uff5c>"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("<\uff5cend\uff5c>");
    }
}
