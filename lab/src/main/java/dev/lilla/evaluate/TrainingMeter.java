package dev.lilla.evaluate;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.AdamStep;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.LoraSetup;
import dev.lilla.model.LossSum;
import dev.lilla.model.TrainableDecoder;
import dev.lilla.model.TrainingLimits;
import dev.lilla.model.TrainingSequence;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Measures how fast an adapter of a model is trained: whole steps on random tokens, forward and backward through every
/// layer, then AdamW. Not safe for use by several threads.
public final class TrainingMeter implements AutoCloseable {
    private static final float RATE = 1e-4f;
    private static final float EPSILON = 1e-8f;

    private final TrainableDecoder decoder;
    private final Gradients gradients;
    private final List<Moments> moments = new ArrayList<>();
    private final List<TrainingSequence> sequences;
    private final long operations;
    private int steps;

    private record Moments(Parameter parameter, Activation first, Activation second) {}

    /// What a step is made of.
    ///
    /// @param sequences texts in a step
    /// @param tokens of each
    /// @param rank of the adapter, on all linear maps
    /// @param recomputes whether the insides of layers are computed twice instead of being kept
    public record Work(int sequences, int tokens, int rank, boolean recomputes) {
        public Work {
            if (sequences < 1 || tokens < 1 || rank < 1) {
                throw new IllegalArgumentException("no training: " + sequences + " sequences of " + tokens
                        + " tokens, rank " + rank + "; each is at least 1");
            }
        }

        /// Tokens that a step learns to predict.
        public int targets() {
            return Math.multiplyExact(sequences, tokens);
        }

        /// `4 x 256, rank 8`.
        public String label() {
            return sequences + " x " + tokens + ", rank " + rank + (recomputes ? ", recomputed" : "");
        }
    }

    /// @param tensors of the model, whose memory outlives the meter
    public TrainingMeter(
            DecoderSpec spec, Function<String, Tensor> tensors, Backend backend, Gradients gradients, Work work) {
        if (work.tokens() > spec.contextLength()) {
            throw new IllegalArgumentException("texts of " + work.tokens() + " tokens are longer than the context of "
                    + spec.contextLength() + " tokens that this model was made for");
        }
        Map<String, Linear> maps = spec.linearMaps();
        // The head of a model is none of what PEFT calls all linear layers.
        String head = spec.head().weight().weight();
        LoraSetup setup = new LoraSetup(
                maps.keySet().stream().filter(name -> !name.equals(head)).collect(Collectors.toSet()),
                work.rank(),
                2,
                0,
                1);
        this.gradients = gradients;
        this.decoder = TrainableDecoder.lora(
                spec, tensors, backend, gradients, setup, new TrainingLimits(work.targets(), work.recomputes()));
        for (Parameter parameter : decoder.parameters()) {
            int rows = parameter.values().rows();
            int columns = parameter.values().columns();
            moments.add(new Moments(parameter, backend.allocate(rows, columns), backend.allocate(rows, columns)));
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
        this.sequences = IntStream.range(0, work.sequences())
                .mapToObj(_ -> TrainingSequence.of(
                        random.ints(work.tokens() + 1L, 0, spec.vocab()).toArray()))
                .toList();
        long weights = (long) spec.hidden() * spec.vocab();
        for (Map.Entry<String, Linear> map : maps.entrySet()) {
            if (!map.getKey().equals(head)) {
                weights += (long) map.getValue().in() * map.getValue().out();
            }
        }
        this.operations = 4 * weights * work.targets();
    }

    /// Makes one step.
    ///
    /// @return nanoseconds
    public long step() {
        long started = System.nanoTime();
        steps++;
        double targets =
                sequences.stream().mapToDouble(TrainingSequence::weight).sum();
        decoder.clearGradients();
        LossSum loss = decoder.accumulate(sequences, 1 / targets, steps);
        if (!Double.isFinite(loss.loss())) {
            throw new IllegalStateException("the loss is " + loss.loss() + ": the weights are no model");
        }
        AdamStep adam = new AdamStep(RATE, 0.9f, 0.999f, EPSILON, 0, steps, 1);
        moments.forEach(m -> gradients.adamW(adam, m.parameter(), m.first(), m.second()));
        return System.nanoTime() - started;
    }

    /// Multiplications and additions with the frozen matrices in a step, two passes: to the loss, and back to the
    /// inputs. Attention and the adapter itself are left out.
    public long operations() {
        return operations;
    }

    /// Numbers that are trained.
    public long parameters() {
        return moments.stream().mapToLong(m -> m.parameter().size()).sum();
    }

    @Override
    public void close() {
        decoder.close();
    }
}
