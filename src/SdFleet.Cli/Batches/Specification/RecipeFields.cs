using System.Globalization;
using System.Text.Json;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>The fields of a recipe that a specification sets, and the contracts' own check of their values.</summary>
internal static class RecipeFields
{
    public const int Model = 0;
    public const int NegativePrompt = 1;
    public const int Width = 2;
    public const int Height = 3;
    public const int Steps = 4;
    public const int GuidanceScale = 5;
    public const int Scheduler = 6;
    public const int NoiseSource = 7;
    public const int ModelDigest = 8;
    public const int Lane = 9;
    public const int PromptSyntax = 10;
    public const int LongPrompts = 11;
    public const int ClipSkip = 12;
    public const int GuidanceRescale = 13;
    public const int Loras = 14;
    public const int Task = 15;
    public const int InitImage = 16;
    public const int Mask = 17;
    public const int DepthMap = 18;
    public const int Strength = 19;
    public const int Overlay = 20;
    public const int MaskBlending = 21;
    public const int OutpaintLeft = 22;
    public const int OutpaintTop = 23;
    public const int OutpaintRight = 24;
    public const int OutpaintBottom = 25;
    public const int Feather = 26;
    public const int NoiseLevel = 27;
    public const int HiresScale = 28;
    public const int HiresUpscaler = 29;
    public const int HiresStrength = 30;
    public const int HiresSteps = 31;
    public const int SchedulerSettings = 32;

    /// <summary>
    /// Their names, by number. In this order they are combined, the last changing fastest; so new ones come last, and a specification
    /// without them stays what it was.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "model", "negativePrompt", "width", "height", "steps", "guidanceScale", "scheduler", "noiseSource", "modelDigest", "lane",
        "promptSyntax", "longPrompts", "clipSkip", "guidanceRescale", "loras",
        "task", "initImage", "mask", "depthMap", "strength", "overlay", "maskBlending",
        "outpaintLeft", "outpaintTop", "outpaintRight", "outpaintBottom", "feather", "noiseLevel",
        "hiresScale", "hiresUpscaler", "hiresStrength", "hiresSteps",
        "schedulerSettings",
    ];

    public static bool IsNumber(string field) => RuleOf(field).Kind is FieldKind.WholeNumber or FieldKind.Number;

    public static bool IsWholeNumber(string field) => RuleOf(field).Kind == FieldKind.WholeNumber;

    public static FieldRule RuleOf(string field) => SubmitJobFields.All.Single(rule => rule.Name == field);

    /// <summary>A value as a specification writes it, checked by what holds for every model.</summary>
    /// <param name="field">The field.</param>
    /// <param name="text">The value.</param>
    /// <param name="errors">Takes what is wrong with it.</param>
    public static FieldValue Parse(string field, string text, ICollection<FieldError> errors)
    {
        var value = IsNumber(field) && TryParse(text, out var number) ? new FieldValue(null, number) : new FieldValue(text, null);
        Check(field, value, errors);
        return value;
    }

    public static void Check(string field, FieldValue value, ICollection<FieldError> errors)
    {
        var job = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["prompt"] = "any",
            [field] = value.Number is { } number ? number : RuleOf(field).Kind == FieldKind.Truth && bool.TryParse(value.Text, out var truth) ? truth : value.Text!,
        };
        SubmissionReader.Read(JsonSerializer.SerializeToUtf8Bytes(job), SubmissionDoor.Http, errors);
    }

    /// <summary>A number as JSON writes it.</summary>
    public static bool TryParse(string text, out decimal number)
    {
        var isNumber = decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
        number = Trimmed(number);
        return isNumber;
    }

    /// <summary>A number without the zeros at its end, which a decimal keeps: 8.0 is 8.</summary>
    public static decimal Trimmed(decimal number) => number / 1.0000000000000000000000000000m;
}
