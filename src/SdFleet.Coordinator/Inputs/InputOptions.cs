using SdFleet.Storage.Inputs;

namespace SdFleet.Coordinator.Inputs;

/// <summary>Settings under <c>SdFleet:Inputs</c>: how long uploaded pictures are kept.</summary>
public sealed class InputOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Inputs";

    private static readonly TimeSpan LeastKeep = 2 * InputCheck.RenewAfter;

    /// <summary>
    /// An uploaded picture that no job has named for so long, and that was not uploaded again, is removed, unless a job needs it yet. The lines
    /// of a batch count when they become jobs; while any of them are none yet, all pictures of the tenant stay. Default 30 days.
    /// </summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often it is looked for such pictures. Default 1 hour.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromHours(1);

    internal static IEnumerable<string> Validate(InputOptions options)
    {
        if (options.Keep < LeastKeep || options.Keep > TimeSpan.FromDays(3650))
        {
            yield return $"Keep is {options.Keep}: {LeastKeep.TotalHours} hours to 3650 days";
        }

        if (options.SweepInterval < TimeSpan.FromMinutes(1) || options.SweepInterval > TimeSpan.FromDays(30))
        {
            yield return $"SweepInterval is {options.SweepInterval}: 1 minute to 30 days";
        }
    }
}
