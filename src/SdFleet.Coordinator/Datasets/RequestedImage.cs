namespace SdFleet.Coordinator.Datasets;

/// <summary>A picture that somebody asked for.</summary>
/// <param name="Line">Line of the batch, from 1.</param>
/// <param name="Index">Place within the line's job, from 0.</param>
public sealed record RequestedImage(long Line, int Index)
{
    /// <summary>The job that should have made it; null where that is not known, and then not checked.</summary>
    public Guid? JobId { get; init; }

    /// <summary>Why it will not come; null where it is due.</summary>
    public Absence? Absence { get; init; }

    /// <summary>More on <see cref="Absence"/>, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>
    /// Whether its line was not read yet. How many pictures the line asks for is not known then: this one, and perhaps more.
    /// </summary>
    public bool IsUnread { get; init; }

    public ImageKey Key => new(Line, Index);
}
