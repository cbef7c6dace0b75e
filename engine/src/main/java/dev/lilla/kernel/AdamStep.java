package dev.lilla.kernel;

/// One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101).
///
/// @param rate learning rate
/// @param decay weight decay, decoupled: `value -= rate * decay * value`
/// @param step number of this step, from 1, for the correction of the moments' bias
/// @param gradientScale factor on the gradient, for clipping and averages
public record AdamStep(
        float rate, float beta1, float beta2, float epsilon, float decay, int step, float gradientScale) {
    public AdamStep {
        if (step < 1 || !(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(epsilon > 0)) {
            throw new IllegalArgumentException(
                    "no step of AdamW: step " + step + ", betas " + beta1 + " and " + beta2 + ", epsilon " + epsilon);
        }
    }
}
