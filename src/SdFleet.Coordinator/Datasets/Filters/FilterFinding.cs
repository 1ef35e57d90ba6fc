using SdFleet.Contracts.Images;

namespace SdFleet.Coordinator.Datasets.Filters;

/// <summary>Why a picture is left out of a dataset.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Detail">With the score, for people.</param>
public sealed record FilterFinding(FilterReason Reason, string Detail);
