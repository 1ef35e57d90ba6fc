using System.Globalization;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Hosting.Webhooks;

/// <summary>
/// Settings under <c>SdFleet:Webhooks</c>: whose webhooks are signed with what, and where they may lead. API and coordinator
/// have the same, so that what is not allowed is said at once, and holds for what comes by the broker as well.
/// </summary>
public sealed class WebhookOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Webhooks";

    private const int MaxSecrets = 4;

    /// <summary>By name. A tenant that is not here, or has no secret, cannot have webhooks: nothing is sent unsigned.</summary>
    public Dictionary<string, WebhookTenant> Tenants { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether URLs may be http: what is sent can then be read on the way, though not changed unnoticed. Default no.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Whether receivers may have addresses that are not public, such as this machine's or the cluster's. Default no.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>What a tenant's deliveries are signed with, the first secret first; empty where it has none.</summary>
    public IReadOnlyList<WebhookSecret> SecretsOf(string tenant) =>
        Tenants.GetValueOrDefault(tenant) is { } entry ? [.. Texts(entry).Select(WebhookSecret.TryParse).OfType<WebhookSecret>()] : [];

    /// <summary>What is wrong with a submission's webhook for this fleet; nothing where it has none.</summary>
    public IEnumerable<FieldError> Check(string tenant, Webhook? webhook)
    {
        if (webhook is null || !Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url))
        {
            yield break;
        }

        // Only of a URL's beginning: what follows may be a secret of its receiver, and errors are logged.
        var shown = $"\"{url.Scheme}://{url.Authority}/…\"";
        if (SecretsOf(tenant).Count == 0)
        {
            yield return new FieldError(
                WebhookFields.OfJob.Name, shown, $"not taken: this fleet has no secret to sign with for tenant {tenant} ({SectionName}:Tenants:{tenant}:Secret)");
        }

        if (url.Scheme != Uri.UriSchemeHttps && !AllowHttp)
        {
            yield return new FieldError("webhook.url", shown, $"an https URL; this fleet sends nothing over http ({SectionName}:{nameof(AllowHttp)})");
        }

        if (!AllowPrivateAddresses && PublicAddress.WhyNot(url) is { } reason)
        {
            yield return new FieldError(
                "webhook.url", shown, $"a receiver with a public address; this one is {reason} ({SectionName}:{nameof(AllowPrivateAddresses)})");
        }
    }

    internal static IEnumerable<string> Validate(WebhookOptions options)
    {
        foreach (var (name, entry) in options.Tenants)
        {
            if (!NameText.IsName(name))
            {
                yield return $"Tenants has \"{name}\": 1 to {NameText.MaxLength} characters of a-z, 0-9, '-', '_' and '.'";
            }

            // The value is never repeated: it may be a real secret with a slip in it.
            var texts = Texts(entry ?? new WebhookTenant());
            if (texts.Length is 0 or > MaxSecrets || texts.Any(text => WebhookSecret.TryParse(text) is null))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Tenants:{name}:Secret must be {WebhookSecret.Prefix} and {WebhookSecret.MinBytes} to {WebhookSecret.MaxBytes} bytes in base64, or up to {MaxSecrets} of that with a space between them (sdfleet webhooks secret makes one)");
            }
        }
    }

    private static string[] Texts(WebhookTenant entry) => entry.Secret.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
