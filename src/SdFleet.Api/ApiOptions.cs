using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api;

/// <summary>Settings under <c>SdFleet:Api</c>.</summary>
public sealed class ApiOptions
{
    public const string SectionName = "SdFleet:Api";

    private static readonly TimeSpan LongestPublishTimeout = TimeSpan.FromMinutes(1);

    /// <summary>How long a submission may wait for the broker's confirmation before the client is told to come back. Default 5 seconds.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest part of a batch's source, which is held in memory while it is stored. Default 8 MiB.</summary>
    public int MaxBatchPartBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How often those who follow a batch hear of it. Default 1 second.</summary>
    public TimeSpan BatchEventInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most pictures that a tenant may keep uploaded (<c>/v1/inputs</c>). Default 100,000.</summary>
    public int MaxInputs { get; set; } = 100_000;

    /// <summary>Most bytes that these have in all. Default 20 GiB.</summary>
    public long MaxInputBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    internal static IEnumerable<string> Validate(ApiOptions options)
    {
        if (options.PublishTimeout <= TimeSpan.Zero || options.PublishTimeout > LongestPublishTimeout)
        {
            yield return $"PublishTimeout is {options.PublishTimeout}: more than 00:00:00, at most {LongestPublishTimeout}";
        }

        // Kestrel takes no more than 30 million bytes, and the command sends 4 MiB.
        if (options.MaxBatchPartBytes is < 4 * 1024 * 1024 or > SubmitBatchLimits.MaxPartBytes)
        {
            yield return $"MaxBatchPartBytes is {options.MaxBatchPartBytes}: {4 * 1024 * 1024} to {SubmitBatchLimits.MaxPartBytes}";
        }

        if (options.MaxInputs is < 1 or > 10_000_000)
        {
            yield return $"MaxInputs is {options.MaxInputs}: 1 to 10000000";
        }

        if (options.MaxInputBytes < InputLimits.MaxBytes)
        {
            yield return $"MaxInputBytes is {options.MaxInputBytes}: at least {InputLimits.MaxBytes}, what one picture may have";
        }

        if (options.BatchEventInterval < TimeSpan.FromMilliseconds(100) || options.BatchEventInterval > TimeSpan.FromMinutes(1))
        {
            yield return $"BatchEventInterval is {options.BatchEventInterval}: 100 milliseconds to 1 minute";
        }
    }
}
