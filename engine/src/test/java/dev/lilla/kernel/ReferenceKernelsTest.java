package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;

class ReferenceKernelsTest extends KernelsContractTest {
    @Override
    Stream<DynamicNode> contract() {
        return new KernelsContract(new ReferenceKernels()).tests();
    }

    /// Values of Abramowitz and Stegun, table 7.1.
    @Test
    void knowsTheErrorFunction() {
        assertThat(ReferenceKernels.erf(0)).isZero();
        assertThat(ReferenceKernels.erf(0.5)).isCloseTo(0.5204998778130465, within(1e-15));
        assertThat(ReferenceKernels.erf(1)).isCloseTo(0.8427007929497149, within(1e-15));
        assertThat(ReferenceKernels.erf(-2)).isCloseTo(-0.9953222650189527, within(1e-15));
        assertThat(ReferenceKernels.erf(3.5)).isCloseTo(0.9999992569016276, within(1e-15));
        assertThat(ReferenceKernels.erf(40)).isEqualTo(1);
        assertThat(ReferenceKernels.erf(Double.NaN)).isNaN();
    }

    /// Values of PyTorch 2.13's `nn.functional` in double.
    @Test
    void knowsTheActivations() {
        assertThat(ReferenceKernels.activate(ActivationFunction.SILU, 1)).isCloseTo(0.7310585786300049, within(1e-15));
        assertThat(ReferenceKernels.activate(ActivationFunction.GELU_ERF, 1))
                .isCloseTo(0.8413447460685429, within(1e-15));
        assertThat(ReferenceKernels.activate(ActivationFunction.GELU_TANH, 1))
                .isCloseTo(0.8411919906082768, within(1e-15));
    }
}
