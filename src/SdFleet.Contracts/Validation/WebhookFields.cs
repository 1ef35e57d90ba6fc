using System.Globalization;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Validation;

/// <summary>The fields of a <see cref="Webhook"/> and what each may hold, whatever the fleet.</summary>
public static class WebhookFields
{
    /// <summary>Most characters of a URL.</summary>
    public const int MaxUrlLength = 2000;

    /// <summary>Where to post.</summary>
    public static FieldRule Url { get; } = new("url", FieldKind.Url, "Where to post.") { MinLength = 1, MaxLength = MaxUrlLength, IsRequired = true };

    /// <summary>The ends to tell of.</summary>
    public static FieldRule Events { get; } = new("events", FieldKind.Words, "The ends to tell of. Default: all of them.")
    {
        Words = ["completed", "failed", "cancelled"],
    };

    /// <summary>A job's webhook.</summary>
    public static FieldRule OfJob { get; } = new("webhook", FieldKind.Object, "Whom to tell of the job's end.") { Fields = [Url, Events] };

    /// <summary>A batch's webhook.</summary>
    public static FieldRule OfBatch { get; } = OfJob with { Description = "Whom to tell of the batch's end." };

    /// <summary>True for an absolute http or https URL in ASCII without user and fragment, which is no place for a secret that ends in logs.</summary>
    public static bool IsUrl(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaxUrlLength &&
            (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal)) &&
            text.All(c => c is > ' ' and < '\u007f') &&
            Uri.TryCreate(text, UriKind.Absolute, out var uri) &&
            uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0;
    }

    /// <summary>What an error says of a URL that is not in order: it may hold a password, or a receiver's token.</summary>
    internal static string Hidden(string url) => string.Create(CultureInfo.InvariantCulture, $"a text of {url.Length} characters");

    /// <summary>What is wrong with a webhook that was not read from JSON field by field.</summary>
    public static IEnumerable<FieldError> Check(Webhook webhook)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        if (!IsUrl(webhook.Url))
        {
            yield return new FieldError($"{OfJob.Name}.{Url.Name}", Hidden(webhook.Url), Url.Limit);
        }

        if (webhook.Events is { } events && (events.Count == 0 || events.Distinct().Count() != events.Count || !events.All(Enum.IsDefined)))
        {
            yield return new FieldError($"{OfJob.Name}.{Events.Name}", $"\"{string.Join(", ", events)}\"", Events.Limit);
        }
    }
}
