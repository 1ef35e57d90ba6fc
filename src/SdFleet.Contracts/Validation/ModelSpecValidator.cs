using SdFleet.Contracts.Models;

namespace SdFleet.Contracts.Validation;

/// <summary>Checks a configured model, so that a wrong default is found at start and not at the first job.</summary>
public static class ModelSpecValidator
{
    /// <summary>Everything that is wrong with <paramref name="spec"/>; empty where nothing is.</summary>
    public static IEnumerable<string> Validate(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!NameText.IsName(spec.Name))
        {
            yield return $"Name is \"{spec.Name}\": 1 to 64 characters of a-z, 0-9, '-', '_' and '.'";
        }

        if (!SchedulerNames.All.Contains(spec.DefaultScheduler))
        {
            yield return $"DefaultScheduler is \"{spec.DefaultScheduler}\": one of {string.Join(", ", SchedulerNames.All)}";
        }

        foreach (var (name, value, max) in new[]
        {
            ("DefaultSteps", spec.DefaultSteps, spec.MaxSteps), ("MaxSteps", spec.MaxSteps, 1000), ("MaxImages", spec.MaxImages, 64),
        })
        {
            if (value < 1 || value > max)
            {
                yield return $"{name} is {value}: 1 to {max}";
            }
        }

        if (spec.DefaultGuidanceScale is not (>= 0 and <= 50))
        {
            yield return $"DefaultGuidanceScale is {spec.DefaultGuidanceScale}: 0 to 50";
        }

        foreach (var (name, value) in new[] { ("DefaultWidth", spec.DefaultWidth), ("DefaultHeight", spec.DefaultHeight), ("MaxSize", spec.MaxSize) })
        {
            if (value is < 64 or > 4096 || value % 8 != 0)
            {
                yield return $"{name} is {value}: 64 to 4096, a multiple of 8";
            }
        }

        if (spec.Sizes.Count > 0 && !spec.Sizes.Any(s => s.Width == spec.DefaultWidth && s.Height == spec.DefaultHeight))
        {
            yield return $"the default size {spec.DefaultWidth}x{spec.DefaultHeight} is not among Sizes ({string.Join(", ", spec.Sizes)})";
        }
    }
}
