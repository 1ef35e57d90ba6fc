using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Client;

/// <summary>A refused submission, field by field, in the words of the command's options.</summary>
internal static class FieldErrors
{
    // Where an option is not simply called like its field.
    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["prompt"] = "the prompt",
        ["negativePrompt"] = "--negative",
        ["guidanceScale"] = "--guidance",
        ["noiseSource"] = "--noise",
        ["minClipSimilarity"] = "--min-clip-similarity",
        ["filterBlank"] = "--filter-blank",
        ["filterUnsafe"] = "--filter-unsafe",
        ["duplicateDistance"] = "--duplicate-distance",
        ["promptSyntax"] = "--prompt-syntax",
        ["longPrompts"] = "--long-prompts",
        ["clipSkip"] = "--clip-skip",
        ["initImage"] = "--init",
        ["depthMap"] = "--depth",
        ["outpaintLeft"] = "--outpaint's left",
        ["outpaintTop"] = "--outpaint's top",
        ["outpaintRight"] = "--outpaint's right",
        ["outpaintBottom"] = "--outpaint's bottom",
        ["noiseLevel"] = "--noise-level",
        ["hiresScale"] = "--hires",
        ["hiresStrength"] = "--hires-strength",
        ["hiresSteps"] = "--hires-steps",
    };

    private static readonly string Setting = SchedulerSettingsFields.OfJob.Name + ".";

    private static readonly HashSet<string> SameName = new(
        ["model", "images", "seed", "width", "height", "steps", "scheduler", "lane", "redraws", "mask", "strength", "feather"], StringComparer.Ordinal);

    /// <summary>The error that ends the command.</summary>
    public static CliException ToException(string who, IEnumerable<FieldError> errors) => new(
        $"{who} does not take this:{string.Concat(errors.Select(e => $"{Environment.NewLine}  {Shown(e)}"))}", ExitCodes.Usage);

    private static string Shown(FieldError error) => (error with { Field = OptionOf(error.Field) }).ToString();

    private static string OptionOf(string field) =>
        field.StartsWith(Setting, StringComparison.Ordinal) ? $"--scheduler-setting {field[Setting.Length..]}"
        : Options.GetValueOrDefault(field) ?? (SameName.Contains(field) ? $"--{field}" : field);
}
