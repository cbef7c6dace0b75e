package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypeOverrideTest {
    @Test
    void matchesWholeNamesWithStars() {
        TypeOverride override = TypeOverride.parse("blk.*.ffn_down=q6_K");
        assertThat(override.type()).isEqualTo(ElementType.Q6_K);
        assertThat(override.matches("blk.12.ffn_down.weight")).isTrue();
        assertThat(override.matches("blk.12.ffn_down.bias")).isFalse();
        assertThat(override.matches("blk.12.ffn_downs.weight")).isFalse();
        assertThat(TypeOverride.parse("output.weight=f16").matches("output.weight"))
                .isTrue();
        assertThat(TypeOverride.parse("b.k=f16").matches("blk")).isFalse();
    }

    @Test
    void letsTheLastThatMatchesCount() {
        TypeChoice types = ((TypeChoice) (_, _) -> ElementType.Q4_0)
                .with(List.of(TypeOverride.parse("blk.*=q8_0"), TypeOverride.parse("blk.0.*=f16")));
        assertThat(types.typeOf("blk.0.attn_q.weight", Shape.of(2, 32))).isEqualTo(ElementType.F16);
        assertThat(types.typeOf("blk.1.attn_q.weight", Shape.of(2, 32))).isEqualTo(ElementType.Q8_0);
        assertThat(types.typeOf("output.weight", Shape.of(2, 32))).isEqualTo(ElementType.Q4_0);
    }

    @Test
    void refusesWhatIsNoChoice() {
        assertThatThrownBy(() -> TypeOverride.parse("ffn_down")).hasMessageContaining("PATTERN=TYPE");
        assertThatThrownBy(() -> TypeOverride.parse("ffn_down=q9")).hasMessageContaining("q6_k");
        assertThatThrownBy(() -> TypeOverride.parse("ffn_down=i32")).isInstanceOf(IllegalArgumentException.class);
    }
}
