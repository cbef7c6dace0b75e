package dev.lilla.evaluate.metric;

/// Small systems of linear equations.
final class LinearSystem {
    private LinearSystem() {}

    /// Solves `matrix · x = right` by elimination with pivots; both are used up.
    static double[] solve(double[][] matrix, double[] right) {
        int count = right.length;
        for (int column = 0; column < count; column++) {
            int pivot = column;
            for (int row = column + 1; row < count; row++) {
                pivot = Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column]) ? row : pivot;
            }
            double[] rowOfPivot = matrix[pivot];
            matrix[pivot] = matrix[column];
            matrix[column] = rowOfPivot;
            double value = right[pivot];
            right[pivot] = right[column];
            right[column] = value;
            for (int row = column + 1; row < count; row++) {
                double factor = matrix[row][column] / matrix[column][column];
                right[row] -= factor * right[column];
                for (int i = column; i < count; i++) {
                    matrix[row][i] -= factor * matrix[column][i];
                }
            }
        }
        for (int row = count - 1; row >= 0; row--) {
            for (int i = row + 1; i < count; i++) {
                right[row] -= matrix[row][i] * right[i];
            }
            right[row] /= matrix[row][row];
        }
        return right;
    }
}
