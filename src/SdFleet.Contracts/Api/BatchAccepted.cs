using SdFleet.Contracts.Batches;

namespace SdFleet.Contracts.Api;

/// <summary>The answer to <c>POST /v1/batches</c>: the batch is safe with the broker.</summary>
public sealed record BatchAccepted
{
    /// <summary>The batch's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where to ask for it, relative to the server.</summary>
    public required string Url { get; init; }

    /// <summary>Where it stands, where it was there before: what has failed or was cancelled stays so. Null for a new one.</summary>
    public BatchState? State { get; init; }
}
