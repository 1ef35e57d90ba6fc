using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Events;

namespace SdFleet.Cli.Chaos.Check;

/// <summary>All that the oracle looks at.</summary>
internal sealed record Evidence
{
    /// <summary>What was submitted and answered, and what workers reported.</summary>
    public required IReadOnlyList<LedgerEntry> Jobs { get; init; }

    /// <summary>What the API shows of each job of the plan; absent where it shows nothing.</summary>
    public required IReadOnlyDictionary<Guid, JobView> Records { get; init; }

    /// <summary>Every file of the artifact store by its name, with the SHA-256 of its bytes, lower-case hex.</summary>
    public required IReadOnlyDictionary<string, string> Artifacts { get; init; }

    /// <summary>How often a worker began a picture, by prompt and seed.</summary>
    public required IReadOnlyDictionary<(string Prompt, long Seed), int> Runs { get; init; }

    /// <summary>What lies in the queue of rejected submissions.</summary>
    public required IReadOnlyList<SubmissionRejected> Rejections { get; init; }
}
