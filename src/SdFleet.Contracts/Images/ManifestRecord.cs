using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Images;

/// <summary>One line of a manifest: a picture, the job it belongs to and the recipe that makes it again.</summary>
public sealed record ManifestRecord
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Whose job it was.</summary>
    public required string Tenant { get; init; }

    /// <summary>The batch it came with; null where it came alone.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>Its line of that batch, from 1.</summary>
    public long? Line { get; init; }

    /// <summary>The job's recipe; the picture's own seed is in <see cref="Image"/>.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The picture.</summary>
    public required ImageRecord Image { get; init; }
}
