package dev.lilla.optimize;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.kernel.AttentionRows;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Heads;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.LinearTerm;
import dev.lilla.kernel.Precision;
import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.kernel.RowRange;
import dev.lilla.kernel.Span;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A backend that computes on another one and shows what goes into linear maps. Both use the same handles;
/// closing it
/// closes nothing, the other one stays its owner's.
class ObservedBackend implements Backend {
    private final Backend backend;
    private final Observer observer;

    /// Sees the inputs of linear maps.
    @FunctionalInterface
    interface Observer {
        /// @param weights that are multiplied with the same input, each `[out, columns of x]`
        /// @param x valid until this returns
        void multiplied(List<Weight> weights, Backend backend, Activation x);
    }

    ObservedBackend(Backend backend, Observer observer) {
        this.backend = backend;
        this.observer = observer;
    }

    @Override
    public void linear(List<LinearTerm> terms, Activation x, List<RowRange> prompts) {
        observer.multiplied(terms.stream().map(LinearTerm::weight).toList(), backend, x);
        backend.linear(terms, x, prompts);
    }

    @Override
    public void linearAdd(Weight weight, float scale, Activation x, Activation y) {
        backend.linearAdd(weight, scale, x, y);
    }

    @Override
    public String description() {
        return backend.description();
    }

    @Override
    public Weight weight(Tensor tensor) {
        return backend.weight(tensor);
    }

    @Override
    public Weight linearWeight(Tensor tensor) {
        return backend.linearWeight(tensor);
    }

    @Override
    public Weight weight(String name, float[] values) {
        return backend.weight(name, values);
    }

    @Override
    public Activation allocate(int rows, int columns) {
        return backend.allocate(rows, columns);
    }

    @Override
    public KvBlocks allocateBlocks(KvLayout layout, int capacity) {
        return backend.allocateBlocks(layout, capacity);
    }

    @Override
    public void embed(Weight table, int[] tokens, float scale, Activation out) {
        backend.embed(table, tokens, scale, out);
    }

    @Override
    public void rmsNorm(Activation x, Weight weight, float epsilon, Activation y) {
        backend.rmsNorm(x, weight, epsilon, y);
    }

    @Override
    public void layerNorm(Activation x, Weight weight, @Nullable Weight bias, float epsilon, Activation y) {
        backend.layerNorm(x, weight, bias, epsilon, y);
    }

    @Override
    public void headNorm(Heads x, Weight weight, float epsilon) {
        backend.headNorm(x, weight, epsilon);
    }

    @Override
    public void rotate(Heads x, RotaryFrequencies frequencies, int[] positions) {
        backend.rotate(x, frequencies, positions);
    }

    @Override
    public void scaleRows(Heads x, float[] factors) {
        backend.scaleRows(x, factors);
    }

    @Override
    public void store(Heads keys, Heads values, KvBlocks cache, int layer, List<Span> spans) {
        backend.store(keys, values, cache, layer, spans);
    }

    @Override
    public void attend(
            Heads queries, KvBlocks cache, int layer, AttentionMask mask, AttentionRows rows, Activation out) {
        backend.attend(queries, cache, layer, mask, rows, out);
    }

    @Override
    public void gate(ActivationFunction function, Activation gate, Activation up, Activation out) {
        backend.gate(function, gate, up, out);
    }

    @Override
    public void activate(ActivationFunction function, Activation x) {
        backend.activate(function, x);
    }

    @Override
    public void add(Activation x, Activation y) {
        backend.add(x, y);
    }

    @Override
    public void softCap(Activation x, float cap) {
        backend.softCap(x, cap);
    }

    @Override
    public void gather(Activation x, int[] rows, Activation out) {
        backend.gather(x, rows, out);
    }

    @Override
    public void read(Activation x, int row, float[] target) {
        backend.read(x, row, target);
    }

    @Override
    public void write(float[] source, Activation x, int row) {
        backend.write(source, x, row);
    }

    @Override
    public Gradients gradients(Precision precision) {
        return backend.gradients(precision);
    }

    @Override
    public void close() {}
}
