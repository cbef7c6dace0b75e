package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Rows of several prompts in one step, on tiles.
class PromptRowsTest {
    private static final int OUT = 50;
    private static final int IN = 512;

    @Test
    void ofNeighborsHaveTheBitsThatTheyHaveApart() {
        try (KernelOperands operands = new KernelOperands(22);
                Backend backend = MachineCodeBackend.open(Isa.AMX, 2)) {
            HostWeight stored = operands.weight(ElementType.Q4_0, OUT, IN);
            Weight weight = backend.linearWeight(new Tensor("weight", ElementType.Q4_0, stored.shape(), stored.data()));
            int rows = 3 + 32 + 40 + 1 + 33;
            HostMatrix x = operands.matrix(rows, IN);
            HostMatrix found = operands.matrix(rows, OUT);
            List<RowRange> prompts = List.of(new RowRange(3, 32), new RowRange(35, 40), new RowRange(76, 33));
            backend.linear(List.of(new LinearTerm(weight, null, found)), x, prompts);
            HostMatrix expected = operands.matrix(rows, OUT);
            backend.linear(List.of(new LinearTerm(weight, null, expected)), x);
            for (RowRange prompt : prompts) {
                HostMatrix y = expected.rows(prompt.from(), prompt.count());
                List<RowRange> all = List.of(new RowRange(0, prompt.count()));
                backend.linear(List.of(new LinearTerm(weight, null, y)), x.rows(prompt.from(), prompt.count()), all);
            }
            KernelsContract.assertSameBits(found, expected);
        }
    }
}
