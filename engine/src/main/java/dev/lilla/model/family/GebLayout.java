package dev.lilla.model.family;

import dev.lilla.kernel.RotaryStyle;
import java.util.ArrayList;
import java.util.List;

/// The four layout choices that GEB's published files leave open.
public record GebLayout(KeyValues keyValues, RotaryStyle rotaryStyle, RotaryPart rotaryPart, Halves halves) {
    /// What Megatron-DeepSpeed did when it had GEB's tensor names (autumn 2023): the likeliest.
    public static final GebLayout DEFAULT =
            new GebLayout(KeyValues.PER_HEAD, RotaryStyle.HALF_SPLIT, RotaryPart.FULL, Halves.GATE_UP);

    /// Rows of `self_attention.key_value`.
    public enum KeyValues {
        /// Keys and values of one head after the other.
        PER_HEAD,
        /// The keys of all heads, then the values of all heads.
        BLOCKED
    }

    /// Elements of a head that are turned.
    public enum RotaryPart {
        FULL,
        /// The first half.
        HALF
    }

    /// Rows of `mlp.dense_h_to_4h`.
    public enum Halves {
        GATE_UP,
        UP_GATE
    }

    /// All 16, the default first.
    public static List<GebLayout> all() {
        List<GebLayout> all = new ArrayList<>();
        for (KeyValues keyValues : KeyValues.values()) {
            for (RotaryStyle style : RotaryStyle.values()) {
                for (RotaryPart part : RotaryPart.values()) {
                    for (Halves halves : Halves.values()) {
                        all.add(new GebLayout(keyValues, style, part, halves));
                    }
                }
            }
        }
        return all;
    }

    public GebLayout with(KeyValues changed) {
        return new GebLayout(changed, rotaryStyle, rotaryPart, halves);
    }

    public GebLayout with(RotaryStyle changed) {
        return new GebLayout(keyValues, changed, rotaryPart, halves);
    }

    public GebLayout with(RotaryPart changed) {
        return new GebLayout(keyValues, rotaryStyle, changed, halves);
    }

    public GebLayout with(Halves changed) {
        return new GebLayout(keyValues, rotaryStyle, rotaryPart, changed);
    }
}
