package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HostBackendTest {
    private final HostBackend backend = HostBackend.open(new HostOptions(HostOptions.Choice.REFERENCE, 2));

    @AfterEach
    void close() {
        backend.close();
    }

    private Activation matrix(float[]... rows) {
        Activation matrix = backend.allocate(rows.length, rows[0].length);
        for (int i = 0; i < rows.length; i++) {
            backend.write(rows[i], matrix, i);
        }
        return matrix;
    }

    private float[] row(Activation x, int row) {
        float[] values = new float[x.columns()];
        backend.read(x, row, values);
        return values;
    }

    private Weight weight(int out, int in, float... values) {
        float[] copy = values.clone();
        byte[] bytes = new byte[4 * copy.length];
        MemorySegment.copy(copy, 0, MemorySegment.ofArray(bytes), HostMatrix.FLOAT, 0, copy.length);
        return backend.weight(new Tensor("w", ElementType.F32, Shape.of(out, in), MemorySegment.ofArray(bytes)));
    }

    @Nested
    class Products {
        private final Weight weight = weight(2, 3, 1, 2, 3, -1, 0, 1);

        @Test
        void multiplyByTheTransposedWeightAndAddTheBias() {
            Activation y = backend.allocate(2, 2);
            Weight bias = backend.weight("b", new float[] {0.5f, -0.5f});
            backend.linear(weight, bias, matrix(new float[] {1, 1, 1}, new float[] {1, 0, 2}), y);
            assertThat(row(y, 0)).containsExactly(6.5f, -0.5f);
            assertThat(row(y, 1)).containsExactly(7.5f, 0.5f);
        }

        @Test
        void addScaledToWhatIsThere() {
            Activation y = matrix(new float[] {10, 20});
            backend.linearAdd(weight, 2, matrix(new float[] {1, 1, 1}), y);
            assertThat(row(y, 0)).containsExactly(22f, 20f);
        }

        @Test
        void writeIntoColumnsOfAWiderBuffer() {
            Activation wide = matrix(new float[] {9, 9, 9, 9});
            backend.linear(weight, null, matrix(new float[] {1, 1, 1}), wide.columns(1, 2));
            assertThat(row(wide, 0)).containsExactly(9f, 6f, 0f, 9f);
        }

        @Test
        void refuseShapesThatDoNotAgree() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.linear(weight, null, backend.allocate(1, 4), backend.allocate(1, 2)))
                    .withMessageContaining("linear")
                    .withMessageContaining("w [2, 3]")
                    .withMessageContaining("[1, 4]");
            Weight bias = backend.weight("b", new float[3]);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.linear(weight, bias, backend.allocate(1, 3), backend.allocate(1, 2)));
        }
    }

    @Nested
    class Rows {
        @Test
        void areLookedUpAndScaled() {
            Activation out = backend.allocate(3, 2);
            backend.embed(weight(2, 2, 1, 2, 3, 4), new int[] {1, 0, 1}, 2, out);
            assertThat(row(out, 0)).containsExactly(6f, 8f);
            assertThat(row(out, 1)).containsExactly(2f, 4f);
            assertThat(row(out, 2)).containsExactly(6f, 8f);
        }

        @Test
        void outsideTheVocabularyAreRefused() {
            Weight table = weight(2, 2, 1, 2, 3, 4);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.embed(table, new int[] {2}, 1, backend.allocate(1, 2)))
                    .withMessage("embed: token 2 of a vocabulary of 2");
        }

        @Test
        void areGatheredByIndex() {
            Activation out = backend.allocate(3, 1);
            backend.gather(matrix(new float[] {1}, new float[] {2}, new float[] {3}), new int[] {2, 0}, out);
            assertThat(List.of(row(out, 0)[0], row(out, 1)[0], row(out, 2)[0])).containsExactly(3f, 1f, 0f);
        }
    }

    @Nested
    class Sequences {
        private final KvLayout layout = new KvLayout(KvType.F32, List.of(new KvLayout.Layer(1, 2)));
        private final AttentionMask mask = new AttentionMask(1, Integer.MAX_VALUE, 0);

        @Test
        void attendToTheirOwnPastOnly() {
            KvBlocks cache = backend.allocateBlocks(layout, 2);
            List<Span> spans =
                    List.of(new Span(0, 2, 0, new int[] {cache.take()}), new Span(2, 1, 0, new int[] {cache.take()}));
            Heads keys = new Heads(matrix(new float[] {1, 0}, new float[] {0, 1}, new float[] {5, 5}), 0, 1, 2, 2);
            Heads values = new Heads(matrix(new float[] {1, 2}, new float[] {3, 4}, new float[] {7, 8}), 0, 1, 2, 2);
            backend.store(keys, values, cache, 0, spans);
            Activation out = backend.allocate(3, 2);
            Heads queries = new Heads(matrix(new float[] {1, 1}, new float[] {1, 1}, new float[] {1, 1}), 0, 1, 2, 2);
            backend.attend(queries, cache, 0, mask, AttentionRows.exact(spans), out);
            assertThat(row(out, 0)).containsExactly(1f, 2f);
            assertThat(row(out, 1)).containsExactly(2f, 3f);
            assertThat(row(out, 2)).containsExactly(7f, 8f);
            cache.close();
        }

        @Test
        void needBlocksThatAreTaken() {
            KvBlocks cache = backend.allocateBlocks(layout, 1);
            Heads heads = new Heads(backend.allocate(1, 2), 0, 1, 2, 2);
            List<Span> spans = List.of(new Span(0, 1, 0, new int[] {0}));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.store(heads, heads, cache, 0, spans))
                    .withMessage("cache block 0 is not taken");
            cache.close();
        }
    }

    @Nested
    class Rotation {
        private final float[] inverse = {1f, 0.5f};

        @Test
        void turnsHalvesOrNeighbors() {
            Activation x = matrix(new float[] {1, 0, 0, 0, 7}, new float[] {1, 0, 0, 0, 7});
            Heads heads = new Heads(x, 0, 1, 5, 5);
            backend.rotate(heads, new RotaryFrequencies(RotaryStyle.HALF_SPLIT, inverse, 1), new int[] {0, 2});
            assertThat(row(x, 0)).containsExactly(1f, 0f, 0f, 0f, 7f);
            assertThat(row(x, 1)[0]).isCloseTo((float) Math.cos(2), within(1e-6f));
            assertThat(row(x, 1)[2]).isCloseTo((float) Math.sin(2), within(1e-6f));

            Activation pairs = matrix(new float[] {0, 0, 1, 0});
            backend.rotate(
                    new Heads(pairs, 0, 1, 4, 4),
                    new RotaryFrequencies(RotaryStyle.INTERLEAVED, inverse, 2),
                    new int[] {3});
            assertThat(row(pairs, 0)[2]).isCloseTo(2 * (float) Math.cos(1.5), within(1e-6f));
            assertThat(row(pairs, 0)[3]).isCloseTo(2 * (float) Math.sin(1.5), within(1e-6f));
        }
    }

    @Nested
    class Memory {
        @Test
        void isZeroedAndAligned() {
            HostMatrix x = (HostMatrix) backend.allocate(3, 1000);
            assertThat(x.memory().address() % 64).isZero();
            assertThat(x.at(1, 0) % 64).isZero();
            assertThat(row(x, 2)).containsOnly(0f);
        }

        @Test
        void thatCannotBeHadIsACapacityProblem() {
            assertThatThrownBy(() -> backend.allocate(Integer.MAX_VALUE, 1 << 30))
                    .isInstanceOf(CapacityException.class)
                    .hasMessageContaining("activations");
        }

        @Test
        void isRefusedAfterClosing() {
            Activation x = backend.allocate(1, 1);
            backend.close();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.add(x, x))
                    .withMessageContaining("freed");
        }
    }

    @Test
    void describesWhatComputes() {
        assertThat(backend.description()).isEqualTo("reference, 2 threads");
    }
}
