namespace SdFleet.Coordinator.Webhooks;

/// <summary>Settings under <c>SdFleet:Webhooks:Delivery</c>: how webhooks are delivered, and when one is given up.</summary>
public sealed class WebhookDeliveryOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Webhooks:Delivery";

    /// <summary>How long one attempt may take, from the name's resolution to the answer's headers. Default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The failure with this number is the last. Default 20.</summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>A delivery that would be tried again later than this after it was written is given up. Default 3 days.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Wait after the first failure; doubles with each one, and up to half of it is taken off by chance. Default 5 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait. Default 6 hours.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Longest wait that a receiver's Retry-After can ask for. Default 1 hour.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Requests to one receiver (host and port) of a tenant at once, in each coordinator. Default 4.</summary>
    public int PerReceiver { get; set; } = 4;

    /// <summary>Receivers of one tenant that are called at once; fewer while fewer places than it has are free. Default 8.</summary>
    public int PerTenant { get; set; } = 8;

    /// <summary>Receivers that are called at once. Default 32.</summary>
    public int MaxReceivers { get; set; } = 32;

    /// <summary>How often it is looked for what is due. Default 1 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long deliveries that are over are listed. Default 30 days.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(30);

    internal static IEnumerable<string> Validate(WebhookDeliveryOptions options)
    {
        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(2))
        {
            yield return $"Timeout is {options.Timeout}: 100 milliseconds to 2 minutes";
        }

        if (options.MaxAge <= TimeSpan.Zero || options.MaxAge > TimeSpan.FromDays(30))
        {
            yield return $"MaxAge is {options.MaxAge}: above 0, at most 30 days";
        }

        if (options.BaseDelay <= TimeSpan.Zero || options.BaseDelay > options.MaxDelay || options.MaxDelay > TimeSpan.FromDays(1))
        {
            yield return $"BaseDelay is {options.BaseDelay} and MaxDelay {options.MaxDelay}: BaseDelay above 0 and at most MaxDelay, which is at most 1 day";
        }

        if (options.MaxRetryAfter < TimeSpan.Zero || options.MaxRetryAfter > TimeSpan.FromDays(1))
        {
            yield return $"MaxRetryAfter is {options.MaxRetryAfter}: 0 to 1 day";
        }

        foreach (var (name, value, max) in new[]
        {
            (nameof(MaxAttempts), options.MaxAttempts, 1000),
            (nameof(PerReceiver), options.PerReceiver, 100),
            (nameof(PerTenant), options.PerTenant, 1000),
            (nameof(MaxReceivers), options.MaxReceivers, 1000),
        })
        {
            if (value < 1 || value > max)
            {
                yield return $"{name} is {value}: 1 to {max}";
            }
        }

        if (options.Interval < TimeSpan.FromMilliseconds(10) || options.Interval > TimeSpan.FromMinutes(1))
        {
            yield return $"Interval is {options.Interval}: 10 milliseconds to 1 minute";
        }

        if (options.KeepFor < TimeSpan.FromHours(1) || options.KeepFor > TimeSpan.FromDays(3650))
        {
            yield return $"KeepFor is {options.KeepFor}: 1 hour to 3650 days";
        }
    }
}
