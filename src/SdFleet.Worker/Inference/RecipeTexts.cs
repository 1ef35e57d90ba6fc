using System.Globalization;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Worker.Inference;

/// <summary>The fields of a PNG's text for what recipes have beyond text to image, under the names that other programs give them.</summary>
internal static class RecipeTexts
{
    public static IEnumerable<KeyValuePair<string, string>> Of(Recipe recipe, IReadOnlyList<RecipeLora>? loras)
    {
        if (recipe.Prompts is { } prompts)
        {
            foreach (var field in OfPrompts(prompts))
            {
                yield return field;
            }
        }

        if (loras is { Count: > 0 })
        {
            yield return new("Lora hashes", string.Join(", ", loras.Select(lora => $"{lora.Name}: {lora.Sha256?[..12]}")));
            yield return new("Lora weights", string.Join(", ", loras.Select(lora => $"{lora.Name}: {Text(lora.Weight)}")));
        }

        if (recipe.Task?.NoiseLevel is { } noise)
        {
            yield return new("Noise level", Text(noise));
        }

        if ((recipe.Hires?.Strength ?? recipe.Task?.Strength) is { } strength)
        {
            yield return new("Denoising strength", Text(strength));
        }

        if (recipe.Task?.Outpaint is { } sides)
        {
            yield return new("Outpainting", string.Create(CultureInfo.InvariantCulture, $"{sides.Left} {sides.Top} {sides.Right} {sides.Bottom}"));
            yield return new("Mask blur", Text(sides.Feather));
        }

        if (recipe.Hires is { } hires)
        {
            yield return new("Hires upscale", Text(hires.Scale));
            yield return new("Hires upscaler", hires.Upscaler.ToString());
            yield return new("Hires steps", Text(hires.Steps));
        }
    }

    // In the words of the web UI, whose clip skip counts from 1.
    private static IEnumerable<KeyValuePair<string, string>> OfPrompts(PromptReading prompts)
    {
        if (prompts.ClipSkip > 0)
        {
            yield return new("Clip skip", Text(prompts.ClipSkip + 1));
        }

        if (prompts.Syntax != PromptSyntax.Plain)
        {
            yield return new("Prompt syntax", prompts.Syntax.ToString().ToLowerInvariant());
        }

        if (prompts.LongPrompts != LongPrompts.Truncate)
        {
            yield return new("Long prompts", prompts.LongPrompts.ToString().ToLowerInvariant());
        }

        if (prompts.GuidanceRescale > 0)
        {
            yield return new("CFG rescale", Text(prompts.GuidanceRescale));
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
