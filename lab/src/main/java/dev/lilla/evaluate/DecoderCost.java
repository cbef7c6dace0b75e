package dev.lilla.evaluate;

import dev.lilla.model.DecoderSpec;
import dev.lilla.tensor.Tensor;
import java.util.Map;

/// What a model's weights cost: bytes to read and operations to do. Attention is left out, which grows with the depth.
///
/// @param layerBytes weights of all layers and the last norm, read in every step
/// @param headBytes weights of the head, read in steps that want logits
/// @param layerOperations multiplications and additions of one token in the matrices of all layers
/// @param headOperations the same of one row of logits
public record DecoderCost(long layerBytes, long headBytes, long layerOperations, long headOperations) {
    /// Of a model with these tensors, by the names in its spec. Rows of the embedding table are looked up, not
    /// multiplied; where the head is that table, it counts as the head.
    public static DecoderCost of(DecoderSpec spec, Map<String, Tensor> tensors) {
        String head = spec.head().weight().weight();
        long layerBytes = 0;
        long headBytes = 0;
        long layerOperations = 0;
        long headOperations = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            long operations = tensor.shape().rank() < 2 ? 0 : 2 * tensor.shape().elements();
            if (entry.getKey().equals(head)) {
                headBytes += tensor.data().byteSize();
                headOperations += operations;
            } else if (!entry.getKey().equals(spec.embedding().table())) {
                layerBytes += tensor.data().byteSize();
                layerOperations += operations;
            }
        }
        return new DecoderCost(layerBytes, headBytes, layerOperations, headOperations);
    }

    /// Bytes of weights read a second: each step of generation reads all of them once, and so does each chunk of a
    /// prompt.
    ///
    /// @param rowsMax the most tokens of a step
    public double bytesPerSecond(SpeedResult result, int rowsMax) {
        SpeedCase work = result.work();
        long promptSteps = Math.ceilDiv((long) work.sequences() * work.promptTokens(), rowsMax);
        double bytes = (double) (promptSteps + work.generatedTokens()) * layerBytes
                + (double) (work.generatedTokens() + (work.promptTokens() > 0 ? 1 : 0)) * headBytes;
        return bytes * result.median() / work.tokens();
    }

    /// Operations a second in matrices; a prompt wants the logits of its last token alone.
    public double operationsPerSecond(SpeedResult result) {
        SpeedCase work = result.work();
        double logitRows = (double) work.sequences() * (work.generatedTokens() + (work.promptTokens() > 0 ? 1 : 0));
        double operations = (double) work.tokens() * layerOperations + logitRows * headOperations;
        return operations * result.median() / work.tokens();
    }
}
