namespace SdFleet.Api;

/// <summary>Settings under <c>SdFleet:Api</c>.</summary>
public sealed class ApiOptions
{
    public const string SectionName = "SdFleet:Api";

    private static readonly TimeSpan LongestPublishTimeout = TimeSpan.FromMinutes(1);

    /// <summary>How long a submission may wait for the broker's confirmation before the client is told to come back. Default 5 seconds.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal static IEnumerable<string> Validate(ApiOptions options)
    {
        if (options.PublishTimeout <= TimeSpan.Zero || options.PublishTimeout > LongestPublishTimeout)
        {
            yield return $"PublishTimeout is {options.PublishTimeout}: more than 00:00:00, at most {LongestPublishTimeout}";
        }
    }
}
