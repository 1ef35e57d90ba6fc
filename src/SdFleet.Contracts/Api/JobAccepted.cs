namespace SdFleet.Contracts.Api;

/// <summary>The answer to <c>POST /v1/jobs</c>: the job is safe with the broker.</summary>
public sealed record JobAccepted
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where to ask for it, relative to the server.</summary>
    public required string Url { get; init; }
}
