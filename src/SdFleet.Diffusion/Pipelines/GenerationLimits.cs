namespace SdFleet.Diffusion.Pipelines;

/// <summary>The bounds within which a task must be.</summary>
public static class GenerationLimits
{
    /// <summary>The longest prompt or negative prompt, in UTF-16 characters.</summary>
    public const int MaxPromptLength = 20_000;

    /// <summary>The longest side of an image, in pixels.</summary>
    public const int MaxSide = 4096;

    /// <summary>The most denoising steps.</summary>
    public const int MaxSteps = 1000;

    /// <summary>The highest guidance scale.</summary>
    public const double MaxGuidanceScale = 100;

    /// <summary>The most layers of a text encoder that are left out; the model may have fewer.</summary>
    public const int MaxClipSkip = 31;

    /// <summary>The most images in one batch.</summary>
    public const int MaxBatch = 256;

    /// <summary>The most pixels in one batch, all images together: 256 images of 1024x1024.</summary>
    public const long MaxBatchPixels = 1L << 28;

    /// <summary>Refuses a batch that cannot run, naming the field, its value and its bounds.</summary>
    internal static void Check(IReadOnlyList<GenerationTask> tasks, int sizeMultiple)
    {
        if (tasks.Count is < 1 or > MaxBatch)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"There are {tasks.Count} tasks; a batch has 1 to {MaxBatch}."), nameof(tasks));
        }

        GenerationTask first = tasks[0] ?? throw new ArgumentException("Task 0 is null.", nameof(tasks));
        for (int i = 0; i < tasks.Count; i++)
        {
            GenerationTask task = tasks[i] ?? throw new ArgumentException(FormattableString.Invariant($"Task {i} is null."), nameof(tasks));
            CheckPrompt(nameof(task.Prompt), task.Prompt);
            CheckPrompt(nameof(task.NegativePrompt), task.NegativePrompt);
            CheckDefined(nameof(task.PromptSyntax), task.PromptSyntax);
            CheckDefined(nameof(task.LongPrompts), task.LongPrompts);
            CheckRange(nameof(task.ClipSkip), task.ClipSkip, 0, MaxClipSkip);
            CheckRange(nameof(task.GuidanceScale), task.GuidanceScale, 0, MaxGuidanceScale);
            CheckRange(nameof(task.GuidanceRescale), task.GuidanceRescale, 0, 1);
            CheckRange(nameof(task.Steps), task.Steps, 1, MaxSteps);
            CheckSide(nameof(task.Width), task.Width, sizeMultiple);
            CheckSide(nameof(task.Height), task.Height, sizeMultiple);
            ArgumentNullException.ThrowIfNull(task.Scheduler, nameof(task.Scheduler));
            CheckRange(nameof(task.Scheduler.Eta), task.Scheduler.Eta, 0, 1);
            CheckRange(nameof(task.Strength), task.Strength, 0, 1);
            CheckShared(nameof(task.Strength), task.Strength, first.Strength);
            CheckShared(nameof(task.Width), task.Width, first.Width);
            CheckShared(nameof(task.Height), task.Height, first.Height);
            CheckShared(nameof(task.Steps), task.Steps, first.Steps);
            CheckShared(nameof(task.Scheduler), task.Scheduler, first.Scheduler);
        }

        long pixels = (long)tasks.Count * first.Width * first.Height;
        if (pixels > MaxBatchPixels)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The batch has {pixels} pixels; at most {MaxBatchPixels} are taken."), nameof(tasks));
        }
    }

    /// <summary>The error of a field that the model, not a bound, refuses.</summary>
    internal static ArgumentException Refuse(string field, string message, Exception? reason = null) => new(message, field, reason);

    /// <summary>Refuses a strength that leaves no step to run.</summary>
    internal static void CheckLeft(string field, double strength, int stepsLeft)
    {
        if (stepsLeft < 1)
        {
            throw new ArgumentException(FormattableString.Invariant($"{field} is {strength}, which leaves no step to run."), field);
        }
    }

    /// <summary>Refuses a value outside of its bounds.</summary>
    internal static void CheckRange(string field, double value, double min, double max)
    {
        // Written so that NaN is refused too.
        if (!(value >= min && value <= max))
        {
            throw new ArgumentException(FormattableString.Invariant($"{field} is {value}; it must be within {min} to {max}."), field);
        }
    }

    /// <summary>Refuses a value that is not the same in the whole batch.</summary>
    internal static void CheckShared<T>(string field, T value, T first)
    {
        if (!EqualityComparer<T>.Default.Equals(value, first))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{field} is {first} and {value} in one batch; it must be the same."), field);
        }
    }

    private static void CheckDefined<T>(string field, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentException($"{field} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.", field);
        }
    }

    private static void CheckPrompt(string field, string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt, field);
        if (prompt.Length > MaxPromptLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{field} has {prompt.Length} characters; at most {MaxPromptLength} are taken."), field);
        }
    }

    private static void CheckSide(string field, int value, int multiple)
    {
        if (value < multiple || value > MaxSide || value % multiple != 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{field} is {value}; it must be a multiple of {multiple} within {multiple} to {MaxSide}."),
                field);
        }
    }
}
