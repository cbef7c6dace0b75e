package dev.lilla.kernel;

import dev.lilla.kernel.x64.ElementKernel;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.WrongResultException;
import dev.lilla.tensor.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Machine code that has to prove itself: before an operation first serves, it computes a small sample, which is
/// compared with the definition. What fails is computed by the definition from then on, and said once. Tests cannot
/// have seen every processor.
final class CheckedKernels implements Kernels {
    private final MachineCodeKernels tested;
    private final Kernels definition;
    private final KernelTrials trials;

    /// What is wrong with each subject; empty where nothing is.
    private final Map<Object, String> verdicts = new ConcurrentHashMap<>();

    /// Attention over caches of a kind.
    private record AttentionKey(KvType type, int headDim, boolean isCapped, AttentionKind kind) {}

    private enum AttentionKind {
        PLAIN,
        /// Over several splits.
        MERGED,
        /// Of long prompts, rounded.
        PROMPT
    }

    private record StoreKey(KvType type, int headDim) {}

    private record TileKey(PanelLayout layout) {}

    CheckedKernels(MachineCodeKernels tested, Kernels definition) {
        this.tested = tested;
        this.definition = definition;
        this.trials = new KernelTrials(tested, definition);
    }

    /// Tries whatever a model may need, and says for each what is wrong with it.
    ///
    /// @return one sentence for each operation that the definition serves
    @Override
    public List<String> failures() {
        for (ElementKernel kernel : ElementKernel.values()) {
            if (!kernel.servesTraining()) {
                passes(kernel);
            }
        }
        for (KvType type : KvType.values()) {
            for (boolean isCapped : new boolean[] {false, true}) {
                for (AttentionKind kind : AttentionKind.values()) {
                    if (kind != AttentionKind.PROMPT || roundsPrompts()) {
                        passes(new AttentionKey(type, KernelTrials.HEAD_DIM, isCapped, kind));
                    }
                }
            }
            passes(new StoreKey(type, KernelTrials.HEAD_DIM));
        }
        for (PanelLayout layout : PanelLayout.values()) {
            verdict(layout, () -> {
                trials.products(layout);
                return true;
            });
            if (roundsPrompts()) {
                passes(new TileKey(layout));
            }
        }
        return verdicts.values().stream()
                .filter(text -> !text.isEmpty())
                .sorted()
                .toList();
    }

    private boolean passes(ElementKernel kernel) {
        return verdict(kernel, () -> trials.element(kernel));
    }

    private boolean passes(AttentionKey key) {
        return verdict(key, () -> switch (key.kind()) {
            case PLAIN -> trials.attention(key.type(), key.headDim(), key.isCapped());
            case MERGED -> trials.mergedAttention(key.type(), key.headDim(), key.isCapped());
            case PROMPT -> trials.promptAttention(key.type(), key.headDim(), key.isCapped());
        });
    }

    private boolean passes(StoreKey key) {
        return verdict(key, () -> trials.store(key.type(), key.headDim()));
    }

    private boolean passes(TileKey key) {
        return verdict(key, () -> trials.tiles(key.layout()));
    }

    /// Whether a subject passes its trial, which the first caller makes.
    private boolean verdict(Object subject, BooleanSupplier trial) {
        String known = verdicts.get(subject);
        if (known == null) {
            known = verdicts.computeIfAbsent(subject, _ -> {
                try {
                    return trial.getAsBoolean() ? "" : refused(subject, "its sample comes out wrong");
                } catch (WrongResultException e) {
                    return refused(subject, String.valueOf(e.getMessage()));
                }
            });
        }
        return known.isEmpty();
    }

    private static String refused(Object subject, String why) {
        String text = "the machine code of " + subject + " is wrong on this processor, and plain loops serve in its "
                + "place, many times slower: " + why;
        // Not kept: a logger takes 30 ms of start-up, and is needed by broken processors alone.
        System.getLogger("dev.lilla.kernel")
                .log(System.Logger.Level.WARNING, text + ". Please report it; -Dlilla.kernels=vector may be faster.");
        return text;
    }

    private Kernels serving(ElementKernel kernel) {
        return passes(kernel) ? tested : definition;
    }

    private Kernels serving(AttentionStep step) {
        boolean isLong = step.splits() > 1 || step.longest() > AttentionStep.SPLIT_KEYS;
        boolean isRight = passes(step, AttentionKind.PLAIN) && (!isLong || passes(step, AttentionKind.MERGED));
        return isRight ? tested : definition;
    }

    private boolean passes(AttentionStep step, AttentionKind kind) {
        boolean isCapped = step.mask().softCap() > 0;
        return passes(
                new AttentionKey(step.cache().planes().type(), step.queries().headDim(), isCapped, kind));
    }

    /// Whether products with a layout have shown no fault so far; each kernel of [PanelProducts] is tried when it
    /// is assembled.
    private boolean isFaultless(Object subject) {
        return verdicts.getOrDefault(subject, "").isEmpty();
    }

    @Override
    public String description() {
        return tested.description();
    }

    @Override
    public List<KernelUse> uses() {
        return tested.uses();
    }

    @Override
    public Optional<PanelLayout> packing(ElementType type) {
        return tested.packing(type);
    }

    @Override
    public RowEncoding promptEncoding(PanelLayout layout) {
        return roundsPrompts() && passes(new TileKey(layout)) ? tested.promptEncoding(layout) : layout.encoding();
    }

    @Override
    public boolean roundsPrompts() {
        return tested.roundsPrompts();
    }

    @Override
    public Optional<MatrixKernels> matrixKernels() {
        return tested.matrixKernels();
    }

    @Override
    public GradientKernels gradients() {
        return tested.gradients();
    }

    @Override
    public void pack(HostWeight weight, PackedWeight target, Share share) {
        attempt(PanelTransposer.class, () -> tested.pack(weight, target, share), () -> {
            long from = share.from() * target.panelBytes();
            target.data().asSlice(from, share.to() * target.panelBytes() - from).fill((byte) 0);
            Kernels.super.pack(weight, target, share);
        });
    }

    @Override
    public void encode(HostMatrix x, EncodedRows target, Share share) {
        // Products find the verdict, and read the rows as they are.
        attempt(target.encoding(), () -> tested.encode(x, target, share), () -> {});
    }

    @Override
    public void matmul(HostWeight weight, @Nullable HostWeight bias, LinearInput x, HostMatrix y, Share share) {
        attempt(
                productKey(weight),
                () -> tested.matmul(weight, bias, exactWhereRefused(weight, x), y, share),
                () -> definition.matmul(weight, bias, x, y, share));
    }

    @Override
    public void matmulAdd(HostWeight weight, float scale, LinearInput x, HostMatrix y, Share share) {
        attempt(
                productKey(weight),
                () -> tested.matmulAdd(weight, scale, exactWhereRefused(weight, x), y, share),
                () -> definition.matmulAdd(weight, scale, x, y, share));
    }

    /// What decides whether a product serves: its layout, or the encoding of its rows where that is at fault.
    private Object productKey(HostWeight weight) {
        PanelLayout layout = weight.layout();
        if (layout == null) {
            return PanelLayout.class;
        }
        RowEncoding encoding = layout.encoding();
        return isFaultless(encoding) ? layout : encoding;
    }

    private LinearInput exactWhereRefused(HostWeight weight, LinearInput x) {
        PanelLayout layout = weight.layout();
        boolean isExact = x.isPrompt() && layout != null && promptEncoding(layout) != RowEncoding.BF16;
        return isExact ? new LinearInput(x.rows(), false, x.encodings()) : x;
    }

    /// Runs machine code that tries itself, or once it has failed, the fallback.
    private void attempt(Object subject, Runnable code, Runnable fallback) {
        if (isFaultless(subject)) {
            try {
                code.run();
                return;
            } catch (WrongResultException e) {
                verdicts.compute(
                        subject,
                        (_, before) -> before == null || before.isEmpty()
                                ? refused(subject, String.valueOf(e.getMessage()))
                                : before);
            }
        }
        fallback.run();
    }

    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        serving(ElementKernel.RMS_NORM).rmsNorm(x, norm, y, share);
    }

    @Override
    public void headNorm(Heads x, NormWeights norm, Share share) {
        serving(ElementKernel.RMS_NORM).headNorm(x, norm, share);
    }

    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        serving(norm.bias() == null ? ElementKernel.LAYER_NORM : ElementKernel.LAYER_NORM_WITH_BIAS)
                .layerNorm(x, norm, y, share);
    }

    @Override
    public void rotate(Heads x, RotaryAngles angles, Share share) {
        ElementKernel kernel = switch (angles.frequencies().style()) {
            case HALF_SPLIT -> ElementKernel.ROTATE_HALVES;
            case INTERLEAVED -> ElementKernel.ROTATE_PAIRS;
        };
        serving(kernel).rotate(x, angles, share);
    }

    @Override
    public void store(CacheStep step, Share share) {
        StoreKey key = new StoreKey(step.cache().planes().type(), step.keys().headDim());
        (passes(key) ? tested : definition).store(step, share);
    }

    @Override
    public void attend(AttentionStep step, Share share) {
        boolean isRounded = step.rounds() && passes(step, AttentionKind.PROMPT);
        serving(step).attend(isRounded ? step : step.exact(), share);
    }

    @Override
    public void merge(AttentionStep step, Share share) {
        serving(step).merge(step, share);
    }

    @Override
    public void gate(ActivationFunction function, HostMatrix gate, HostMatrix up, HostMatrix out, Share share) {
        serving(ElementOperations.gate(function)).gate(function, gate, up, out, share);
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, Share share) {
        serving(ElementOperations.activation(function)).activate(function, x, share);
    }

    @Override
    public void add(HostMatrix x, HostMatrix y, Share share) {
        serving(ElementKernel.ADD).add(x, y, share);
    }

    @Override
    public void softCap(HostMatrix x, float cap, Share share) {
        serving(ElementKernel.SOFT_CAP).softCap(x, cap, share);
    }
}
