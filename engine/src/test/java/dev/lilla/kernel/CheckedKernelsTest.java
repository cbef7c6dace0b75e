package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.x64.AttentionShape;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.ElementKernel;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.tensor.ElementType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CheckedKernelsTest {
    /// ENDBR64 and RET.
    private static final byte[] NOTHING = {(byte) 0xF3, 0x0F, 0x1E, (byte) 0xFA, (byte) 0xC3};

    private final Kernels definition = new ReferenceKernels();

    private CheckedKernels kernels(
            Isa isa, Function<ElementKernel, byte[]> elements, UnaryOperator<AttentionShape> attention) {
        Set<CpuFeature> features = MachineCodeContractTest.features(isa);
        MachineCodeKernels.Code code =
                new MachineCodeKernels.Code(new ElementOperations(elements), new MachineCodeAttention(isa, attention));
        return new CheckedKernels(
                new MachineCodeKernels(isa, features, definition, PromptRounding.WHERE_FASTER, code), definition);
    }

    private CheckedKernels right(Isa isa) {
        return kernels(isa, kernel -> kernel.assemble(isa), shape -> shape);
    }

    /// A default that is not handed on would serve plain loops without a word.
    @Test
    void handEveryOperationOn() {
        assertThat(Arrays.stream(Kernels.class.getDeclaredMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                        .map(Method::getName))
                .isSubsetOf(Arrays.stream(CheckedKernels.class.getDeclaredMethods())
                        .map(Method::getName)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void findNothingWrongWithRightCode(Isa isa) {
        assertThat(right(isa).failures()).isEmpty();
    }

    /// A kernel with the operands of another, in bounds, that computes something else, or does nothing.
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.MATCH_NONE,
            names = {".*_GRADIENT", "ADD_SCALED", "SOFTMAX", "ADAM"})
    void findEveryElementKernelThatComputesSomethingElse(ElementKernel kernel) {
        byte[] wrong = switch (kernel) {
            case RMS_NORM -> ElementKernel.LAYER_NORM.assemble(Isa.AVX2);
            case LAYER_NORM, LAYER_NORM_WITH_BIAS -> ElementKernel.RMS_NORM.assemble(Isa.AVX2);
            case ROTATE_HALVES, ROTATE_PAIRS -> NOTHING;
            case SILU -> ElementKernel.GELU_ERF.assemble(Isa.AVX2);
            case GELU_TANH, GELU_ERF, SOFT_CAP -> ElementKernel.SILU.assemble(Isa.AVX2);
            case GATE_SILU -> ElementKernel.GATE_GELU_ERF.assemble(Isa.AVX2);
            case GATE_GELU_TANH, GATE_GELU_ERF, ADD -> ElementKernel.GATE_SILU.assemble(Isa.AVX2);
            default -> throw new IllegalArgumentException(kernel + " serves training");
        };
        CheckedKernels kernels =
                kernels(Isa.AVX2, asked -> asked == kernel ? wrong : asked.assemble(Isa.AVX2), shape -> shape);
        assertThat(kernels.failures())
                .singleElement()
                .satisfies(
                        text -> assertThat(text).contains("machine code of " + kernel + " is wrong on this processor"));
    }

    @Test
    void serveTheDefinitionInThePlaceOfWrongCode() {
        CheckedKernels kernels = kernels(Isa.AVX2, _ -> ElementKernel.GELU_ERF.assemble(Isa.AVX2), shape -> shape);
        try (KernelOperands operands = new KernelOperands(3)) {
            HostMatrix x = operands.matrix(4, 70);
            HostMatrix expected = operands.copy(x);
            kernels.activate(ActivationFunction.SILU, x, operands.share(0, 4));
            definition.activate(ActivationFunction.SILU, expected, operands.share(0, 4));
            assertThat(x.memory().mismatch(expected.memory())).isNegative();
        }
    }

    /// Code for capped scores in the place of plain, and the other way round.
    @ParameterizedTest
    @CsvSource({"AVX2, 2", "AMX, 3"})
    void findAttentionThatComputesSomethingElse(Isa isa, int kinds) {
        CheckedKernels kernels = kernels(
                isa,
                kernel -> kernel.assemble(isa),
                shape -> new AttentionShape(shape.isa(), shape.format(), shape.headDim(), !shape.isCapped()));
        assertThat(kernels.failures())
                .hasSize(kinds * 2 * KvType.values().length)
                .allSatisfy(text -> assertThat(text).contains("AttentionKey", "plain loops serve"));
    }

    @Test
    void attendByTheDefinitionWhereCodeIsWrong() {
        CheckedKernels kernels = kernels(
                Isa.AVX2,
                kernel -> kernel.assemble(Isa.AVX2),
                shape -> new AttentionShape(shape.isa(), shape.format(), shape.headDim(), !shape.isCapped()));
        KvLayout layout = new KvLayout(KvType.F16, List.of(new KvLayout.Layer(2, 32)));
        try (KernelOperands operands = new KernelOperands(4);
                HostKvBlocks cache = new HostKvBlocks(layout, 1)) {
            int[] blocks = {cache.take()};
            List<Span> spans = List.of(new Span(0, 9, 0, blocks));
            Heads rows = new Heads(operands.matrix(9, 64), 0, 2, 32, 32);
            definition.store(new CacheStep(rows, rows, cache, 0, spans), operands.share(0, 9));
            AttentionMask mask = new AttentionMask(0.2f, 100, 0);
            HostMatrix found = operands.matrix(9, 64);
            HostMatrix expected = operands.copy(found);
            AttentionStep step = AttentionStep.whole(rows, cache, 0, mask, AttentionRows.exact(spans), found);
            kernels.attend(step, operands.share(0, step.tasks()));
            AttentionStep defined = AttentionStep.whole(rows, cache, 0, mask, AttentionRows.exact(spans), expected);
            definition.attend(defined, operands.share(0, defined.tasks()));
            assertThat(found.memory().mismatch(expected.memory())).isNegative();
        }
    }

    @ParameterizedTest
    @EnumSource
    void multiplyAsBefore(PanelLayout layout) {
        CheckedKernels kernels = right(Isa.AVX2);
        try (KernelOperands operands = new KernelOperands(5)) {
            LinearOperands linear = new LinearOperands(kernels, operands);
            Arrays.stream(ElementType.values())
                    .filter(type -> type.isReal() && PanelPacker.layout(type) == layout)
                    .forEach(type -> {
                        HostWeight weight = linear.packed(operands.weight(type, 20, 256));
                        HostMatrix x = operands.matrix(3, 256);
                        HostMatrix y = operands.matrix(3, 20);
                        HostMatrix plain = operands.copy(y);
                        kernels.matmul(weight, null, linear.input(weight, x), y, operands.share(0, 20));
                        MachineCodeContractTest.kernels(Isa.AVX2)
                                .matmul(weight, null, linear.input(weight, x), plain, operands.share(0, 20));
                        assertThat(y.memory().mismatch(plain.memory()))
                                .as(type.name())
                                .isNegative();
                    });
        }
    }
}
