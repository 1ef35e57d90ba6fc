using System.Text.Json;
using SdFleet.Cli.Batches.Specification;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>What a job says beyond the fields that every job has, in words.</summary>
internal static class JobWords
{
    private static readonly (string Name, Func<SubmitJob, object?> Value)[] Fields =
    [
        ("task", job => job.Task),
        ("begins with", job => Shown(job.InitImage)),
        ("mask", job => Shown(job.Mask)),
        ("depth map", job => Shown(job.DepthMap)),
        ("strength", job => job.Strength),
        ("overlay", job => job.Overlay),
        ("mask blending", job => job.MaskBlending),
        ("new pixels left", job => job.OutpaintLeft),
        ("new pixels above", job => job.OutpaintTop),
        ("new pixels right", job => job.OutpaintRight),
        ("new pixels below", job => job.OutpaintBottom),
        ("feather", job => job.Feather),
        ("noise level", job => job.NoiseLevel),
        ("scheduler settings", job => job.SchedulerSettings?.ToString() is { Length: > 0 } settings ? settings : null),
        ("LoRAs", job => job.Loras is { } loras ? LoraChoices.TextOf(loras) : null),
        ("prompt syntax", job => job.PromptSyntax),
        ("long prompts", job => job.LongPrompts),
        ("CLIP skip", job => job.ClipSkip),
        ("guidance rescale", job => job.GuidanceRescale),
        ("second pass", job => job.HiresScale),
        ("its upscaler", job => job.HiresUpscaler),
        ("its strength", job => job.HiresStrength),
        ("its steps", job => job.HiresSteps),
    ];

    /// <summary>The fields that a job sets, with their values: numbers, or words.</summary>
    public static IEnumerable<(string Name, double? Number, string? Word)> Of(SubmitJob job)
    {
        foreach (var (name, value) in Fields)
        {
            switch (value(job))
            {
                case null:
                    break;
                case double number:
                    yield return (name, number, null);
                    break;
                case int number:
                    yield return (name, number, null);
                    break;
                case bool truth:
                    yield return (name, null, truth ? "yes" : "no");
                    break;
                case Enum word:
                    yield return (name, null, Of(word));
                    break;
                case var text:
                    yield return (name, null, text.ToString());
                    break;
            }
        }
    }

    /// <summary>A word as lines of JSON have it.</summary>
    public static string Of(Enum word) => JsonNamingPolicy.CamelCase.ConvertName(word.ToString());

    private static string? Shown(string? digest) => digest is null ? null : Digest.Short(digest);
}
