using System.Globalization;
using System.Text.Json;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>Reads a <see cref="SubmitBatch"/> as HTTP clients post it, and collects everything that is wrong with it.</summary>
public static class SubmitBatchReader
{
    private static readonly string[] Fields = ["id", "name", "description", "parts", "defaults", "maxBadLines", "webhook"];
    private static readonly string[] PartFields = ["lines", "bytes", "sha256"];

    /// <summary>Reads UTF-8 JSON.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="tenant">Whose batch it is.</param>
    /// <param name="now">When it is submitted.</param>
    /// <param name="errors">Takes every fault found.</param>
    /// <returns>The batch; where there are faults, what could be read of it.</returns>
    public static SubmitBatch Read(ReadOnlyMemory<byte> utf8, string tenant, DateTimeOffset now, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var nothing = new SubmitBatch { Id = Guid.Empty, Tenant = tenant, Name = "", Parts = [], SubmittedAt = now };
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return Read(document.RootElement, nothing, errors);
            }

            errors.Add(new FieldError(SubmissionReader.Body, Shown(document.RootElement), "a JSON object"));
        }
        // What is no Unicode shows only where it is asked for, as an InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            errors.Add(new FieldError(SubmissionReader.Body, "not JSON", $"a JSON object in UTF-8 ({e.Message})"));
        }

        return nothing;
    }

    private static SubmitBatch Read(JsonElement root, SubmitBatch batch, ICollection<FieldError> errors)
    {
        CheckNames(root, "", Fields, errors);
        var id = Find(root, "id");
        if (id is { ValueKind: JsonValueKind.String } text && text.TryGetGuid(out var given) && given != Guid.Empty)
        {
            batch = batch with { Id = given };
        }
        else
        {
            errors.Add(new FieldError("id", Shown(id), "a UUID, not all zeros; the parts were uploaded under it"));
        }

        return batch with
        {
            Name = Text(root, "name", minLength: 1, SubmitBatchLimits.MaxNameLength, errors) ?? batch.Id.ToString("D"),
            Description = Text(root, "description", minLength: 0, SubmitBatchLimits.MaxDescriptionLength, errors),
            Parts = Parts(Find(root, "parts"), errors),
            Defaults = Find(root, "defaults") is { } defaults ? Defaults(defaults, errors) : new SubmitJob(),
            MaxBadLines = Find(root, "maxBadLines") is { } most ? Whole(most, "maxBadLines", 0, long.MaxValue, errors) : null,
            Webhook = Find(root, "webhook") is { } webhook ? WebhookReader.Read(WebhookFields.OfBatch, webhook, errors) : null,
        };
    }

    private static SubmitJob Defaults(JsonElement value, ICollection<FieldError> errors)
    {
        var found = new List<FieldError>();
        var defaults = SubmissionReader.Read(value, SubmissionDoor.Http, found);
        if (defaults.Id is { } id)
        {
            found.Add(new FieldError("id", $"\"{id}\"", "not in a batch; a job's id follows from the batch's and the line's number"));
        }

        if (defaults.Webhook is not null)
        {
            found.Add(BatchLine.NoWebhook);
        }

        // A prompt may stand in every line.
        foreach (var error in found.Where(e => !BatchLine.IsMissingPrompt(e)))
        {
            errors.Add(error with { Field = error.Field == SubmissionReader.Body ? "defaults" : $"defaults.{error.Field}" });
        }

        return defaults;
    }

    private static List<BatchPart> Parts(JsonElement? value, ICollection<FieldError> errors)
    {
        var parts = new List<BatchPart>();
        if (value is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > SubmitBatchLimits.MaxParts)
        {
            var given = value is { ValueKind: JsonValueKind.Array } wrong ? string.Create(CultureInfo.InvariantCulture, $"a list of {wrong.GetArrayLength()}") : Shown(value);
            errors.Add(new FieldError("parts", given, $"a list of 1 to {SubmitBatchLimits.MaxParts} parts"));
            return parts;
        }

        foreach (var (number, part) in list.EnumerateArray().Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"parts[{number}]");
            if (part.ValueKind != JsonValueKind.Object)
            {
                errors.Add(new FieldError(name, Shown(part), "an object with lines, bytes and sha256"));
                continue;
            }

            CheckNames(part, name + ".", PartFields, errors);
            var bytes = Whole(Find(part, "bytes"), name + ".bytes", 1, SubmitBatchLimits.MaxPartBytes, errors);

            // Each line but the last has its line feed, and the last has something to it: no more lines than bytes.
            var lines = Whole(Find(part, "lines"), name + ".lines", 1, bytes ?? SubmitBatchLimits.MaxPartBytes, errors);
            var sha256 = Find(part, "sha256");
            if (sha256 is not { ValueKind: JsonValueKind.String } || sha256.Value.GetString() is not { Length: 64 } digest || !digest.All(char.IsAsciiHexDigitLower))
            {
                errors.Add(new FieldError(name + ".sha256", Shown(sha256), "64 hex digits in lower case"));
                continue;
            }

            parts.Add(new BatchPart(lines ?? 0, bytes ?? 0, digest));
        }

        return parts;
    }

    private static void CheckNames(JsonElement value, string prefix, string[] known, ICollection<FieldError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                errors.Add(new FieldError(prefix + ShownText.Of(property.Name), Shown(property.Value), $"not a field; the fields are {string.Join(", ", known)}"));
            }
            else if (!seen.Add(property.Name))
            {
                errors.Add(new FieldError(prefix + property.Name, Shown(property.Value), "given twice; give it once"));
            }
        }
    }

    private static string? Text(JsonElement root, string name, int minLength, int maxLength, ICollection<FieldError> errors)
    {
        if (Find(root, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length >= minLength && text.Length <= maxLength)
        {
            return text;
        }

        errors.Add(new FieldError(name, Shown(value), $"text of {minLength} to {maxLength} characters"));
        return null;
    }

    private static long? Whole(JsonElement? value, string name, long min, long max, ICollection<FieldError> errors)
    {
        if (value is { ValueKind: JsonValueKind.Number } && value.Value.TryGetInt64(out var number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add(new FieldError(name, Shown(value), max == long.MaxValue ? $"an integer of at least {min}" : $"an integer from {min} to {max}"));
        return null;
    }

    private static JsonElement? Find(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;

    private static string? Shown(JsonElement? value) => value is { } given ? ShownText.Of(given) : null;
}
