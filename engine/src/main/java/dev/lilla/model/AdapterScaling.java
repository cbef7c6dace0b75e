package dev.lilla.model;

/// How the alpha of an adapter becomes the factor on what it adds.
public enum AdapterScaling {
    /// `alpha / rank` (Hu et al., arXiv 2106.09685).
    BY_RANK {
        @Override
        double factor(double alpha, int rank) {
            return alpha / rank;
        }
    },
    /// `alpha / sqrt(rank)`: rank-stabilized (Kalajdzievski, arXiv 2312.03732).
    BY_ROOT_OF_RANK {
        @Override
        double factor(double alpha, int rank) {
            return alpha / Math.sqrt(rank);
        }
    };

    abstract double factor(double alpha, int rank);

    /// The factor for matrices of a rank.
    public float of(double alpha, int rank) {
        return (float) factor(alpha, rank);
    }
}
