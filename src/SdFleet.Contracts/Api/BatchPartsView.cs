namespace SdFleet.Contracts.Api;

/// <summary>The parts of a batch's source that the server has, which is where an upload that was cut off goes on.</summary>
public sealed record BatchPartsView
{
    /// <summary>The parts by number.</summary>
    public required IReadOnlyList<BatchPartView> Parts { get; init; }
}
