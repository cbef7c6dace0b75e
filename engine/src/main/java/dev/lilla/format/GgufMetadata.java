package dev.lilla.format;

import dev.lilla.format.GgufValue.Flag;
import dev.lilla.format.GgufValue.Real;
import dev.lilla.format.GgufValue.Reals;
import dev.lilla.format.GgufValue.Text;
import dev.lilla.format.GgufValue.Texts;
import dev.lilla.format.GgufValue.Whole;
import dev.lilla.format.GgufValue.Wholes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// The keys and values of a GGUF file, in its order.
///
/// A `find` method gives an empty result if the key is absent, and throws a [ModelFormatException] that names file
/// and key if the value is of another kind.
public final class GgufMetadata {
    private static final String ARCHITECTURE = "general.architecture";

    private final String source;
    private final Map<String, GgufValue> entries;

    private GgufMetadata(String source, Map<String, GgufValue> entries) {
        this.source = source;
        this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /// @param source names the file in errors
    public static GgufMetadata of(String source, Map<String, GgufValue> entries) {
        return new GgufMetadata(source, entries);
    }

    /// All keys and values, in the order of the file, unmodifiable.
    public Map<String, GgufValue> entries() {
        return entries;
    }

    public boolean contains(String key) {
        return entries.containsKey(key);
    }

    /// `general.architecture`, such as `llama`.
    ///
    /// @throws ModelFormatException if it is absent
    public String architecture() {
        return string(ARCHITECTURE);
    }

    /// @throws ModelFormatException if the key is absent or no string
    public String string(String key) {
        return findString(key)
                .orElseThrow(() -> new ModelFormatException(source + ": key " + key
                        + " is missing among " + entries.size()
                        + " keys, expected a string. Convert the model again with:"
                        + " lilla convert"));
    }

    public Optional<String> findString(String key) {
        return switch (entries.get(key)) {
            case null -> Optional.empty();
            case Text(String value) -> Optional.of(value);
            case GgufValue other -> throw wrongKind(key, other, "a string");
        };
    }

    /// A whole number. A UINT64 beyond the range of a long is refused.
    public OptionalLong findInteger(String key) {
        return switch (entries.get(key)) {
            case null -> OptionalLong.empty();
            case Whole(GgufType type, long value) when type != GgufType.UINT64 || value >= 0 -> OptionalLong.of(value);
            case GgufValue other -> throw wrongKind(key, other, "a whole number below 2^63");
        };
    }

    /// A real number; a whole number is taken as one.
    public OptionalDouble findReal(String key) {
        return switch (entries.get(key)) {
            case null -> OptionalDouble.empty();
            case Real real -> OptionalDouble.of(real.value());
            case Whole(GgufType type, long value)
            when type != GgufType.UINT64 || value >= 0 -> OptionalDouble.of((double) value);
            case GgufValue other -> throw wrongKind(key, other, "a number");
        };
    }

    public Optional<Boolean> findFlag(String key) {
        return switch (entries.get(key)) {
            case null -> Optional.empty();
            case Flag(boolean value) -> Optional.of(value);
            case GgufValue other -> throw wrongKind(key, other, "true or false");
        };
    }

    /// An unmodifiable list of strings.
    public Optional<List<String>> findStrings(String key) {
        return switch (entries.get(key)) {
            case null -> Optional.empty();
            case Texts(List<String> values) -> Optional.of(values);
            case GgufValue other -> throw wrongKind(key, other, "an array of strings");
        };
    }

    /// An array of whole numbers, a copy.
    public Optional<long[]> findIntegers(String key) {
        return switch (entries.get(key)) {
            case null -> Optional.empty();
            case Wholes wholes ->
                Optional.of(wholes.values().stream().mapToLong(Long::longValue).toArray());
            case GgufValue other -> throw wrongKind(key, other, "an array of whole numbers");
        };
    }

    /// An array of real numbers, rounded to float, a copy.
    public Optional<float[]> findReals(String key) {
        return switch (entries.get(key)) {
            case null -> Optional.empty();
            case Reals found -> {
                float[] reals = new float[found.size()];
                for (int i = 0; i < reals.length; i++) {
                    reals[i] = found.values().get(i).floatValue();
                }
                yield Optional.of(reals);
            }
            case GgufValue other -> throw wrongKind(key, other, "an array of real numbers");
        };
    }

    private ModelFormatException wrongKind(String key, GgufValue found, String expected) {
        String kind = found instanceof GgufValue.Sequence sequence
                ? "an array of " + sequence.elementType()
                : "" + found.type();
        return new ModelFormatException(source + ": key " + key + " is " + kind + ", expected " + expected
                + ". Convert the model again with: lilla convert");
    }
}
