namespace SdFleet.Diffusion.Schedulers;

/// <summary>Solves small dense systems of linear equations.</summary>
internal static class LinearSystem
{
    /// <summary>Gaussian elimination with partial pivoting, in place: the right-hand side becomes the solution.</summary>
    public static void Solve(Span<double> matrix, Span<double> rightHandSide)
    {
        int n = rightHandSide.Length;
        for (int pivot = 0; pivot < n; pivot++)
        {
            int best = pivot;
            for (int row = pivot + 1; row < n; row++)
            {
                if (Math.Abs(matrix[row * n + pivot]) > Math.Abs(matrix[best * n + pivot]))
                {
                    best = row;
                }
            }

            for (int column = 0; column < n && best != pivot; column++)
            {
                (matrix[pivot * n + column], matrix[best * n + column]) = (matrix[best * n + column], matrix[pivot * n + column]);
            }

            (rightHandSide[pivot], rightHandSide[best]) = (rightHandSide[best], rightHandSide[pivot]);
            for (int row = pivot + 1; row < n; row++)
            {
                double factor = matrix[row * n + pivot] / matrix[pivot * n + pivot];
                for (int column = pivot; column < n; column++)
                {
                    matrix[row * n + column] -= factor * matrix[pivot * n + column];
                }

                rightHandSide[row] -= factor * rightHandSide[pivot];
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int column = row + 1; column < n; column++)
            {
                rightHandSide[row] -= matrix[row * n + column] * rightHandSide[column];
            }

            rightHandSide[row] /= matrix[row * n + row];
        }
    }
}
