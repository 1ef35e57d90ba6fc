using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Classifier-free guidance (arXiv:2207.12598) as one pass on a larger batch: first a row for the negative prompt of each guided image,
/// then a row for the prompt of each image. Images without guidance cost no second row.
/// </summary>
internal sealed class Guidance
{
    private readonly IReadOnlyList<GenerationTask> _tasks;
    private readonly int[] _guided;

    /// <param name="tasks">The batch.</param>
    /// <param name="toldToModel">Whether the model is told the guidance scale, and follows it without a second row.</param>
    public Guidance(IReadOnlyList<GenerationTask> tasks, bool toldToModel = false)
    {
        _tasks = tasks;
        _guided = [.. Enumerable.Range(0, tasks.Count).Where(i => tasks[i].IsGuided && !toldToModel)];
    }

    /// <summary>Rows of the U-Net's batch.</summary>
    public int Rows => _guided.Length + _tasks.Count;

    /// <summary>The text of each row.</summary>
    public IEnumerable<PromptText> Texts =>
        _guided.Select(i => _tasks[i].NegativePromptText).Concat(_tasks.Select(task => task.PromptText));

    /// <summary>Writes an input whose rows differ for prompt and negative prompt.</summary>
    /// <param name="valuesOf">Gives the row of a task's prompt, or of its negative prompt where told so.</param>
    /// <param name="rows">Receives the rows.</param>
    public void WriteRows(Func<GenerationTask, bool, float[]> valuesOf, Span<float> rows)
    {
        int length = rows.Length / Rows;
        for (int row = 0; row < Rows; row++)
        {
            bool negative = row < _guided.Length;
            GenerationTask task = _tasks[negative ? _guided[row] : row - _guided.Length];
            valuesOf(task, negative).CopyTo(rows.Slice(row * length, length));
        }
    }

    /// <summary>Writes an input that differs from image to image only.</summary>
    /// <param name="images">The input of each image, one behind the other.</param>
    /// <param name="rows">Receives it row by row.</param>
    public void WriteInput(ReadOnlySpan<float> images, Span<float> rows)
    {
        images.CopyTo(PromptRows(rows));
        RepeatInput(rows);
    }

    /// <summary>The rows of the prompts: one an image, behind those of the negative prompts.</summary>
    public Span<float> PromptRows(Span<float> rows) => rows[(rows.Length / Rows * _guided.Length)..];

    /// <summary>Gives the rows of the negative prompts the same input as those of the prompts.</summary>
    public void RepeatInput(Span<float> rows)
    {
        int length = rows.Length / Rows;
        Span<float> prompts = PromptRows(rows);
        for (int row = 0; row < _guided.Length; row++)
        {
            prompts.Slice(_guided[row] * length, length).CopyTo(rows.Slice(row * length, length));
        }
    }

    /// <summary>Weighs the predictions for prompt and negative prompt against each other.</summary>
    /// <param name="rows">The predictions, row by row; overwritten.</param>
    /// <returns>One prediction an image: the part of <paramref name="rows"/> that <see cref="PromptRows"/> gives.</returns>
    public Span<float> Combine(Span<float> rows)
    {
        int length = rows.Length / Rows;
        Span<float> prompts = PromptRows(rows);
        for (int row = 0; row < _guided.Length; row++)
        {
            GenerationTask task = _tasks[_guided[row]];
            Span<float> prompt = prompts.Slice(_guided[row] * length, length);
            double before = task.GuidanceRescale > 0 ? Deviation(prompt) : 0;
            VectorMath.Combine(prompt, 1 - task.GuidanceScale, rows.Slice(row * length, length), task.GuidanceScale, prompt);
            if (task.GuidanceRescale > 0)
            {
                double scale = (task.GuidanceRescale * before / Deviation(prompt)) + 1 - task.GuidanceRescale;
                VectorMath.Scale(prompt, scale, prompt);
            }
        }

        return prompts;
    }

    private static double Deviation(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        double squares = 0;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return Math.Sqrt(squares / (values.Length - 1));
    }
}
