using System.Globalization;
using SdFleet.Cli.Output;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Cli.Generate;

/// <summary>The fields of a task in other words: those of PNG texts, and those of options.</summary>
internal static class TaskFields
{
    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        [nameof(GenerationTask.InitImage)] = "--init",
        [nameof(GenerationTask.Mask)] = "--mask",
        [nameof(GenerationTask.DepthMap)] = "--depth",
        [nameof(GenerationTask.Strength)] = "--strength",
        [nameof(GenerationTask.NoiseLevel)] = "--noise-level",
        [nameof(GenerationTask.Width)] = "the width",
        [nameof(GenerationTask.Height)] = "the height",
        [nameof(HiresOptions.Scale)] = "--hires",
        [nameof(PreviewOptions.Count)] = "--strip-frames",
        [nameof(Outpainting.Left)] = "--outpaint's left",
        [nameof(Outpainting.Top)] = "--outpaint's top",
        [nameof(Outpainting.Right)] = "--outpaint's right",
        [nameof(Outpainting.Bottom)] = "--outpaint's bottom",
        [nameof(Outpainting.Feather)] = "--feather",
    };

    /// <summary>What goes into the PNG's text beside what any picture has, under the names that other programs give it.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(TaskRequest request, GenerationTask task)
    {
        if (request.Upscale)
        {
            // As the library reads null.
            yield return new("Noise level", Text(request.NoiseLevel ?? 20));
        }
        else if (task.InitImage is not null || request.Hires is not null)
        {
            yield return new("Denoising strength", Text(request.Hires?.Strength ?? task.Strength));
        }

        if (request.Outpaint is { } outpaint)
        {
            yield return new("Outpainting", Text($"{outpaint.Left} {outpaint.Top} {outpaint.Right} {outpaint.Bottom}"));
            yield return new("Mask blur", Text(outpaint.Feather));
        }

        if (request.Hires is { } hires)
        {
            yield return new("Hires upscale", Text(hires.Scale));
            yield return new("Hires upscaler", hires.Upscaler.ToString());
            yield return new("Hires steps", Text(hires.Steps ?? task.Steps));
        }
    }

    /// <summary>A refusal of the library in the words of the options.</summary>
    public static CliException ToException(ArgumentException error)
    {
        // .NET puts the parameter behind the message.
        var end = error.ParamName is null ? -1 : error.Message.LastIndexOf(" (Parameter ", StringComparison.Ordinal);
        var message = end < 0 ? error.Message : error.Message[..end];
        var field = error.ParamName ?? "";
        if (Options.TryGetValue(field, out var option) && message.StartsWith(field, StringComparison.Ordinal))
        {
            message = option + message[field.Length..];
        }

        return new CliException(message, ExitCodes.Usage, error);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
