package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class GgufMetadataTest {
    private final GgufMetadata metadata = GgufMetadata.of(
            "m.gguf",
            Map.of(
                    "general.architecture", GgufValue.of("llama"),
                    "whole", GgufValue.of(7),
                    "huge", new GgufValue.Whole(GgufType.UINT64, -1),
                    "real", GgufValue.of(0.5f),
                    "flag", GgufValue.of(true),
                    "texts", GgufValue.ofTexts(List.of("a", "b")),
                    "wholes", GgufValue.of(new int[] {1, -2}),
                    "reals", GgufValue.of(new float[] {0.1f})));

    @Test
    void findsValuesByKind() {
        assertThat(metadata.architecture()).isEqualTo("llama");
        assertThat(metadata.findInteger("whole")).hasValue(7);
        assertThat(metadata.findReal("real")).hasValue(0.5);
        assertThat(metadata.findReal("whole")).hasValue(7);
        assertThat(metadata.findFlag("flag")).contains(true);
        assertThat(metadata.findStrings("texts")).contains(List.of("a", "b"));
        assertThat(metadata.findIntegers("wholes").orElseThrow()).containsExactly(1, -2);
        assertThat(metadata.findReals("reals").orElseThrow()).containsExactly(0.1f);
        assertThat(metadata.contains("flag")).isTrue();
    }

    @Test
    void findsNothingUnderAnAbsentKey() {
        assertThat(metadata.findString("x")).isEmpty();
        assertThat(metadata.findInteger("x")).isEmpty();
        assertThat(metadata.findReal("x")).isEmpty();
        assertThat(metadata.findFlag("x")).isEmpty();
        assertThat(metadata.findStrings("x")).isEmpty();
        assertThat(metadata.findIntegers("x")).isEmpty();
        assertThat(metadata.findReals("x")).isEmpty();
        assertThat(metadata.contains("x")).isFalse();
    }

    @Test
    void namesFileKeyAndKindsWhenAValueIsOfAnotherKind() {
        assertWrong(() -> metadata.findString("whole"), "key whole is UINT32, expected a string");
        assertWrong(() -> metadata.findInteger("real"), "key real is FLOAT32, expected a whole number");
        assertWrong(() -> metadata.findInteger("huge"), "key huge is UINT64, expected a whole number below 2^63");
        assertWrong(() -> metadata.findReal("huge"), "key huge is UINT64");
        assertWrong(() -> metadata.findReal("texts"), "key texts is an array of STRING, expected a number");
        assertWrong(() -> metadata.findFlag("whole"), "true or false");
        assertWrong(
                () -> metadata.findStrings("wholes"), "key wholes is an array of INT32, expected an array of strings");
        assertWrong(() -> metadata.findIntegers("whole"), "an array of whole numbers");
        assertWrong(() -> metadata.findReals("wholes"), "an array of real numbers");
        assertWrong(() -> metadata.string("x"), "key x is missing among 8 keys");
    }

    @Test
    void givesArraysThatMayBeChanged() {
        metadata.findIntegers("wholes").orElseThrow()[0] = 9;
        assertThat(metadata.findIntegers("wholes").orElseThrow()).containsExactly(1, -2);
    }

    private static void assertWrong(ThrowingCallable call, String expected) {
        assertThatThrownBy(call)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("m.gguf", expected, "lilla convert");
    }
}
