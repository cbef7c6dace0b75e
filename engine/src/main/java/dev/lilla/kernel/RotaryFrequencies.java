package dev.lilla.kernel;

/// The angles of a rotary position embedding (Su et al., arXiv 2104.09864), every scaling already applied.
///
/// Element pair `i` of a head at position `p` is turned by `p * inverse[i]` and multiplied by `magnitude`. Elements
/// from `2 * inverse.length` on pass through unturned.
///
/// @param inverse angle per position of each pair, `[rotaryDim / 2]`; not copied, not to be changed
/// @param magnitude factor on sine and cosine: 1, or the attention factor of yarn and longrope
public record RotaryFrequencies(RotaryStyle style, float[] inverse, float magnitude) {
    public int rotaryDim() {
        return 2 * inverse.length;
    }
}
