using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.Batches.Upload;

/// <summary>What <c>POST /v1/batches</c> takes.</summary>
internal sealed record BatchSubmission
{
    public Guid Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<BatchPart> Parts { get; init; } = [];

    public SubmitJob? Defaults { get; init; }

    public long? MaxBadLines { get; init; }

    public Webhook? Webhook { get; init; }
}
