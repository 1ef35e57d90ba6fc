namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A picture that could not be exported.</summary>
/// <param name="Image">Which.</param>
/// <param name="Reason">Why.</param>
public sealed record ExportProblem(ImageKey Image, string Reason);
