using System.Globalization;
using System.Text.Json;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>
/// Reads a <see cref="SubmitJob"/> from JSON and collects everything that is wrong with it, where a deserializer would stop
/// at the first fault. Checks what holds for every model; <see cref="RecipeResolver"/> checks the rest.
/// </summary>
public static class SubmissionReader
{
    /// <summary>The field of an error that concerns the whole document.</summary>
    public const string Body = "body";

    /// <summary>Longest submission in bytes: the longest prompts, written in JSON's longest spelling, fit.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Reads UTF-8 JSON.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="door">Where it comes in.</param>
    /// <param name="errors">Takes every fault found; stays as it is where there is none.</param>
    /// <returns>What could be read, faulty fields left out.</returns>
    public static SubmitJob Read(ReadOnlyMemory<byte> utf8, SubmissionDoor door, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (utf8.Length > MaxBytes)
        {
            errors.Add(new FieldError(Body, string.Create(CultureInfo.InvariantCulture, $"{utf8.Length} bytes long"), $"at most {MaxBytes} bytes"));
            return new SubmitJob();
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 8 });
            return Read(document.RootElement, door, errors);
        }
        // Names and texts are decoded only when they are asked for; what is no Unicode shows there, as an InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            errors.Add(new FieldError(Body, "not JSON", $"a JSON object in UTF-8 ({e.Message})"));
            return new SubmitJob();
        }
    }

    /// <summary>Reads a parsed JSON value.</summary>
    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, SubmissionDoor, ICollection{FieldError})"/>
    public static SubmitJob Read(JsonElement root, SubmissionDoor door, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError(Body, Shown(root), "a JSON object"));
            return new SubmitJob();
        }

        var job = new SubmitJob();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!SubmitJobFields.ByName.TryGetValue(property.Name, out var rule) ||
                (door == SubmissionDoor.Http && SubmitJobFields.BrokerOnly.Contains(property.Name)))
            {
                var known = SubmitJobFields.All.Select(f => f.Name)
                    .Where(n => door == SubmissionDoor.Broker || !SubmitJobFields.BrokerOnly.Contains(n));
                errors.Add(new FieldError(ShownText.Of(property.Name), Shown(property.Value), $"not a field; the fields are {string.Join(", ", known)}"));
            }
            else if (!seen.Add(property.Name))
            {
                errors.Add(new FieldError(property.Name, Shown(property.Value), "given twice; give it once"));
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                job = With(job, rule, property.Value, errors);
            }
        }

        if (job.Prompt is null && !errors.Any(e => e.Field is "prompt" or Body))
        {
            errors.Add(new FieldError("prompt", null, SubmitJobFields.ByName["prompt"].Limit));
        }

        return job;
    }

    private static SubmitJob With(SubmitJob job, FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        switch (rule.Name)
        {
            case "id": return Uuid(rule, value, errors) is { } id ? job with { Id = id } : job;
            case "tenant": return job with { Tenant = Text(rule, value, errors) };
            case "model": return job with { Model = Text(rule, value, errors) };
            case "modelDigest": return job with { ModelDigest = Text(rule, value, errors) };
            case "prompt": return job with { Prompt = Text(rule, value, errors) };
            case "negativePrompt": return job with { NegativePrompt = Text(rule, value, errors) };
            case "images": return job with { Images = (int?)Integer(rule, value, errors) };
            case "seed": return job with { Seed = Integer(rule, value, errors) };
            case "width": return job with { Width = (int?)Integer(rule, value, errors) };
            case "height": return job with { Height = (int?)Integer(rule, value, errors) };
            case "steps": return job with { Steps = (int?)Integer(rule, value, errors) };
            case "guidanceScale": return job with { GuidanceScale = Number(rule, value, errors) };
            case "scheduler": return job with { Scheduler = Word(rule, value, errors) };
            case "schedulerSettings": return job with { SchedulerSettings = SchedulerSettingsReader.Read(value, errors) };
            case "noiseSource": return job with { NoiseSource = Enum<NoiseSource>(rule, value, errors) };
            case "minClipSimilarity": return job with { MinClipSimilarity = Number(rule, value, errors) };
            case "filterBlank": return job with { FilterBlank = Truth(rule, value, errors) };
            case "filterUnsafe": return job with { FilterUnsafe = Truth(rule, value, errors) };
            case "duplicateDistance": return job with { DuplicateDistance = (int?)Integer(rule, value, errors) };
            case "redraws": return job with { Redraws = (int?)Integer(rule, value, errors) };
            case "promptSyntax": return job with { PromptSyntax = Enum<PromptSyntax>(rule, value, errors) };
            case "longPrompts": return job with { LongPrompts = Enum<LongPrompts>(rule, value, errors) };
            case "clipSkip": return job with { ClipSkip = (int?)Integer(rule, value, errors) };
            case "guidanceRescale": return job with { GuidanceRescale = Number(rule, value, errors) };
            case "loras": return job with { Loras = LoraReader.Read(rule, value, errors) };
            case "task": return job with { Task = Enum<JobTask>(rule, value, errors) };
            case "initImage": return job with { InitImage = Text(rule, value, errors) };
            case "mask": return job with { Mask = Text(rule, value, errors) };
            case "depthMap": return job with { DepthMap = Text(rule, value, errors) };
            case "strength": return job with { Strength = Number(rule, value, errors) };
            case "overlay": return job with { Overlay = Truth(rule, value, errors) };
            case "maskBlending": return job with { MaskBlending = Enum<MaskBlending>(rule, value, errors) };
            case "outpaintLeft": return job with { OutpaintLeft = (int?)Integer(rule, value, errors) };
            case "outpaintTop": return job with { OutpaintTop = (int?)Integer(rule, value, errors) };
            case "outpaintRight": return job with { OutpaintRight = (int?)Integer(rule, value, errors) };
            case "outpaintBottom": return job with { OutpaintBottom = (int?)Integer(rule, value, errors) };
            case "feather": return job with { Feather = (int?)Integer(rule, value, errors) };
            case "noiseLevel": return job with { NoiseLevel = (int?)Integer(rule, value, errors) };
            case "hiresScale": return job with { HiresScale = Number(rule, value, errors) };
            case "hiresUpscaler": return job with { HiresUpscaler = Enum<HiresUpscaler>(rule, value, errors) };
            case "hiresStrength": return job with { HiresStrength = Number(rule, value, errors) };
            case "hiresSteps": return job with { HiresSteps = (int?)Integer(rule, value, errors) };
            case "lane": return job with { Lane = Enum<Lane>(rule, value, errors) };
            case "webhook": return job with { Webhook = WebhookReader.Read(rule, value, errors) };
            case "submittedAt": return job with { SubmittedAt = DateAndTime(rule, value, errors) };
            default: throw new InvalidOperationException($"Field {rule.Name} has a rule but no reader.");
        }
    }

    internal static string? Text(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (StringOf(value) is { } text && text.Length >= rule.MinLength && text.Length <= rule.MaxLength && (!rule.IsName || NameText.IsName(text)) && (!rule.IsDigest || text.All(char.IsAsciiHexDigitLower)))
        {
            return text;
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    internal static long? Integer(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) &&
            number >= rule.Min && number <= rule.Max && number % rule.MultipleOf == 0)
        {
            return number;
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    internal static double? Number(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) &&
            number >= rule.Min && number <= rule.Max)
        {
            return number;
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    internal static bool? Truth(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    internal static string? Word(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (StringOf(value) is { } text && rule.Words.FirstOrDefault(w => string.Equals(w, text, StringComparison.OrdinalIgnoreCase)) is { } word)
        {
            return word;
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    private static T? Enum<T>(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
        where T : struct, Enum =>
        Word(rule, value, errors) is { } word ? System.Enum.Parse<T>(word, ignoreCase: true) : null;

    private static Guid? Uuid(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id) && id != Guid.Empty)
        {
            return id;
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    private static DateTimeOffset? DateAndTime(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time))
        {
            return time.ToUniversalTime();
        }

        errors.Add(new FieldError(rule.Name, Shown(value), rule.Limit));
        return null;
    }

    private static string? StringOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which JSON's escapes can spell but no text can hold.
            return null;
        }
    }

    private static string Shown(JsonElement value) => ShownText.Of(value);
}
