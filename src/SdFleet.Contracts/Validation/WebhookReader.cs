using System.Text.Json;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Validation;

/// <summary>Reads a <see cref="Webhook"/> within a submission, and names everything that is wrong with it.</summary>
internal static class WebhookReader
{
    /// <summary>Reads the value of a field.</summary>
    /// <param name="rule">The field; errors name what is in it <c>webhook.url</c> and so on.</param>
    /// <param name="value">Its value.</param>
    /// <param name="errors">Takes every fault found.</param>
    /// <returns>The webhook, or null where there were faults.</returns>
    public static Webhook? Read(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError(rule.Name, ShownText.Of(value), rule.Limit));
            return null;
        }

        var found = new List<FieldError>();
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!rule.Fields.Any(field => field.Name == property.Name))
            {
                found.Add(new FieldError(
                    ShownText.Of(property.Name), ShownText.Of(property.Value), $"not a field; the fields are {string.Join(", ", rule.Fields.Select(field => field.Name))}"));
            }
            else if (!given.TryAdd(property.Name, property.Value))
            {
                found.Add(new FieldError(property.Name, ShownText.Of(property.Value), "given twice; give it once"));
            }
        }

        var url = Url(Find(given, WebhookFields.Url), found);
        var events = Find(given, WebhookFields.Events) is { } list ? Events(list, found) : null;
        foreach (var error in found)
        {
            errors.Add(error with { Field = $"{rule.Name}.{error.Field}" });
        }

        return found.Count == 0 ? new Webhook { Url = url!, Events = events } : null;
    }

    private static string? Url(JsonElement? value, List<FieldError> errors)
    {
        if (value is { ValueKind: JsonValueKind.String } given && Text(given) is { } text && WebhookFields.IsUrl(text))
        {
            return text;
        }

        errors.Add(new FieldError(WebhookFields.Url.Name, value switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } wrong => Text(wrong) is { } url ? WebhookFields.Hidden(url) : ShownText.Of(wrong),
            { } other => ShownText.Of(other),
        }, WebhookFields.Url.Limit));
        return null;
    }

    // In the order of the enum, so that the same ends in another order are the same webhook.
    private static List<WebhookEvent>? Events(JsonElement value, List<FieldError> errors)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var words = value.EnumerateArray().Select(Text).ToList();
            var ends = words
                .OfType<string>()
                .Where(word => WebhookFields.Events.Words.Contains(word, StringComparer.OrdinalIgnoreCase))
                .Select(word => Enum.Parse<WebhookEvent>(word, ignoreCase: true))
                .Distinct().Order().ToList();
            if (ends.Count > 0 && ends.Count == words.Count)
            {
                return ends;
            }
        }

        errors.Add(new FieldError(WebhookFields.Events.Name, ShownText.Of(value), WebhookFields.Events.Limit));
        return null;
    }

    private static JsonElement? Find(Dictionary<string, JsonElement> given, FieldRule field) =>
        given.TryGetValue(field.Name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement value)
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
}
