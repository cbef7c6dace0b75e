package dev.lilla.cli;

import dev.lilla.optimize.ConversionRequest;
import dev.lilla.optimize.ImportanceFile;
import dev.lilla.optimize.ImportanceMatrix;
import dev.lilla.optimize.TensorChoices;
import dev.lilla.optimize.TypeOverride;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How weights are quantized.
final class QuantizationMixin {
    static final String TYPES = "f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q2_k, q3_k_s|m|l, q4_k_s|m, q5_k_s|m, "
            + "q6_k, iq4_nl or iq4_xs";

    @Option(
            names = "--imatrix",
            paramLabel = "FILE",
            description = "An importance matrix, of lilla imatrix or of llama.cpp.")
    private @Nullable Path imatrix;

    @Option(
            names = "--tensor",
            paramLabel = "PATTERN=TYPE",
            description = "A type for the tensors of that name, * for any characters: blk.*.ffn_down=q6_k. May be "
                    + "repeated; the last that matches counts.")
    private List<String> tensors = new ArrayList<>();

    @Option(
            names = "--requantize",
            description = "Allows weights of fewer than 8 bits as the source, which loses more than once would.")
    private boolean requantize;

    /// The request with what the command line says.
    ConversionRequest apply(ConversionRequest request) {
        Optional<ImportanceMatrix> importance = Optional.ofNullable(imatrix).map(ImportanceFile::read);
        List<TypeOverride> overrides = tensors.stream().map(TypeOverride::parse).toList();
        return request.with(new TensorChoices(overrides, importance))
                .with(
                        requantize
                                ? ConversionRequest.Requantizing.ALLOWED
                                : ConversionRequest.Requantizing.FROM_EIGHT_BITS);
    }
}
