package dev.lilla.optimize;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.TensorDescription;
import dev.lilla.model.family.GgufPart;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.RowOrder;
import dev.lilla.model.family.TensorRule;
import dev.lilla.model.family.TensorTable;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// All tensors of a converted model, in the order in which they are written.
record TensorPlan(List<PlannedTensor> tensors) {
    TensorPlan {
        tensors = List.copyOf(tensors);
    }

    List<TensorDescription> descriptions() {
        return tensors.stream().map(PlannedTensor::target).toList();
    }

    long bytes() {
        return descriptions().stream().mapToLong(TensorDescription::bytes).sum();
    }

    long elements() {
        return descriptions().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    /// The same with something added to the tensors of the source.
    TensorPlan with(WeightChanges changes) {
        return new TensorPlan(
                tensors.stream().map(tensor -> tensor.with(changes)).toList());
    }

    /// The same with the importance of columns for all tensors whose quantizing heeds it.
    ///
    /// @throws dev.lilla.format.ModelFormatException if the matrix was made with another model
    TensorPlan with(ImportanceMatrix importance) {
        return new TensorPlan(tensors.stream()
                .map(tensor -> {
                    TensorDescription target = tensor.target();
                    Optional<float[]> means = target.type().isQuantized()
                            ? importance.means(target.name(), target.shape().columns())
                            : Optional.empty();
                    return tensor.with(new PlannedTensor.Columns(Optional.empty(), means));
                })
                .toList());
    }

    /// The same with tensors that no checkpoint holds in front.
    TensorPlan after(List<Tensor> computed) {
        Stream<PlannedTensor> first =
                computed.stream().map(tensor -> PlannedTensor.whole(TensorDescription.of(tensor), tensor));
        return new TensorPlan(Stream.concat(first, tensors.stream()).toList());
    }

    /// What GGUF makes of the tensors of a Hugging Face checkpoint.
    static TensorPlan toGguf(ModelDescription model, TypeChoice types) {
        List<PlannedTensor> planned = new ArrayList<>();
        for (Tensor tensor : model.checkpoint().tensors().values()) {
            Optional<TensorRule> rule = model.table().huggingFaceRule(tensor.name());
            if (rule.isPresent()) {
                for (GgufPart part : rule.get().gguf()) {
                    planned.add(toGguf(tensor, rule.get(), part, types));
                }
            }
        }
        return new TensorPlan(planned);
    }

    private static PlannedTensor toGguf(Tensor tensor, TensorRule rule, GgufPart part, TypeChoice types) {
        boolean isVector = rule.shape().rank() == 1;
        Tensor source = isVector ? vector(tensor) : tensor;
        Shape shape = isVector
                ? Shape.of(part.rows().rows())
                : Shape.of(part.rows().rows(), rule.shape().columns());
        ElementType type = types.typeOf(part.name(), shape);
        return PlannedTensor.of(new TensorDescription(part.name(), type, shape), source, part.rows(), part.added());
    }

    /// The tensors of a GGUF with other element types.
    static TensorPlan retyped(Checkpoint gguf, TypeChoice types) {
        return new TensorPlan(gguf.tensors().values().stream()
                .map(tensor -> {
                    ElementType type =
                            tensor.type().isReal() ? types.typeOf(tensor.name(), tensor.shape()) : tensor.type();
                    return PlannedTensor.whole(new TensorDescription(tensor.name(), type, tensor.shape()), tensor);
                })
                .toList());
    }

    /// The tensors of a Hugging Face checkpoint under their own names, the model's matrices and vectors in
    /// `type`.
    static TensorPlan sameNames(ModelDescription model, ElementType type) {
        return new TensorPlan(model.checkpoint().tensors().values().stream()
                .map(tensor -> {
                    boolean known = model.table().huggingFaceRule(tensor.name()).isPresent();
                    ElementType target = known && tensor.type().isReal() ? type : tensor.type();
                    return PlannedTensor.whole(new TensorDescription(tensor.name(), target, tensor.shape()), tensor);
                })
                .toList());
    }

    /// What a Hugging Face checkpoint of element type `type` has for the tensors of a GGUF. Tensors
    /// that only GGUF has, such as `rope_freqs.weight`, are left out: config.json says what they do.
    static TensorPlan toHuggingFace(Checkpoint gguf, TensorTable table, ElementType type) {
        List<PlannedTensor> planned = new ArrayList<>();
        for (TensorRule rule : table.rules()) {
            if (rule.huggingFace().isPresent()
                    && gguf.contains(rule.gguf().getFirst().name())) {
                planned.add(toHuggingFace(gguf, rule, rule.huggingFace().get(), type));
            }
        }
        return new TensorPlan(planned);
    }

    private static PlannedTensor toHuggingFace(Checkpoint gguf, TensorRule rule, String name, ElementType type) {
        List<Tensor> parts = new ArrayList<>();
        List<RowOrder> orders = new ArrayList<>();
        for (GgufPart part : rule.gguf()) {
            parts.add(gguf.tensor(part.name()));
            orders.add(part.rows());
        }
        float added = rule.gguf().getFirst().added();
        return PlannedTensor.assembled(
                new TensorDescription(name, type, rule.shape()), parts, orders, added == 0 ? 0 : -added);
    }

    /// A vector may be stored as a matrix of one row.
    private static Tensor vector(Tensor tensor) {
        return tensor.shape().rank() == 1
                ? tensor
                : new Tensor(
                        tensor.name(), tensor.type(), Shape.of(tensor.shape().elements()), tensor.data());
    }
}
