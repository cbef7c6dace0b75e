package dev.lilla.format;

import dev.lilla.format.PickleValue.Dictionary;
import dev.lilla.format.PickleValue.Global;
import dev.lilla.format.PickleValue.Storage;
import dev.lilla.format.PickleValue.Text;
import dev.lilla.format.PickleValue.Tuple;
import dev.lilla.format.PickleValue.View;
import dev.lilla.format.PickleValue.Whole;
import dev.lilla.tensor.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// The few Python names that a state dictionary needs, and what Lilla builds in their place.
///
/// Source: `torch/_utils.py` and `torch/serialization.py`.
final class TorchGlobals {
    private static final Global ORDERED_DICT = new Global("collections", "OrderedDict");
    private static final Global REBUILD_TENSOR = new Global("torch._utils", "_rebuild_tensor_v2");
    private static final Global REBUILD_PARAMETER = new Global("torch._utils", "_rebuild_parameter");
    private static final Set<Global> FUNCTIONS = Set.of(ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER);

    private static final Map<Global, ElementType> STORAGES = Map.ofEntries(
            storage("DoubleStorage", ElementType.F64),
            storage("FloatStorage", ElementType.F32),
            storage("HalfStorage", ElementType.F16),
            storage("BFloat16Storage", ElementType.BF16),
            storage("LongStorage", ElementType.I64),
            storage("IntStorage", ElementType.I32),
            storage("ShortStorage", ElementType.I16),
            storage("CharStorage", ElementType.I8),
            storage("ByteStorage", ElementType.U8),
            storage("BoolStorage", ElementType.BOOL));

    private static final String STORAGE_TAG = "storage";

    private TorchGlobals() {}

    private static Map.Entry<Global, ElementType> storage(String name, ElementType type) {
        return Map.entry(new Global("torch", name), type);
    }

    static boolean isKnown(Global global) {
        return FUNCTIONS.contains(global) || STORAGES.containsKey(global);
    }

    /// What a call to a known function gives.
    ///
    /// @param broken makes the error
    static PickleValue call(
            Global function, List<PickleValue> arguments, Function<String, ModelFormatException> broken) {
        if (function.equals(ORDERED_DICT) && arguments.isEmpty()) {
            return new Dictionary(new LinkedHashMap<>());
        }
        if (function.equals(REBUILD_TENSOR)
                && arguments.size() >= 4
                && arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Whole(long offset)
                && arguments.get(2) instanceof Tuple(List<PickleValue> shape)
                && arguments.get(3) instanceof Tuple(List<PickleValue> strides)) {
            return new View(storage, offset, longs(shape, broken), longs(strides, broken));
        }
        if (function.equals(REBUILD_PARAMETER) && !arguments.isEmpty() && arguments.get(0) instanceof View view) {
            return view;
        }
        throw broken.apply("the call of " + function.module() + "." + function.name() + " has unexpected arguments ("
                + String.join(", ", arguments.stream().map(PickleValue::kind).toList()) + ")");
    }

    /// The storage that a persistent id `("storage", class, key, device, elements)` names.
    static Storage storage(PickleValue id, Function<String, ModelFormatException> broken) {
        if (id instanceof Tuple(List<PickleValue> parts)
                && parts.size() >= 5
                && parts.get(0) instanceof Text(String tag)
                && tag.equals(STORAGE_TAG)
                && parts.get(1) instanceof Global storageClass
                && parts.get(2) instanceof Text(String key)
                && parts.get(4) instanceof Whole(long elements)
                && elements >= 0) {
            ElementType type = STORAGES.get(storageClass);
            if (type != null) {
                return new Storage(type, key, elements);
            }
        }
        throw broken.apply("a persistent id is " + id.kind()
                + ", expected (\"storage\", storage class, key, device, element count)");
    }

    private static List<Long> longs(List<PickleValue> values, Function<String, ModelFormatException> broken) {
        return values.stream()
                .map(value -> {
                    if (value instanceof Whole(long number)) {
                        return number;
                    }
                    throw broken.apply("a dimension or stride is " + value.kind() + ", expected a whole number");
                })
                .toList();
    }
}
