namespace SdFleet.Coordinator.Datasets;

/// <summary>An artifact that was read and compared with its record.</summary>
/// <param name="Image">Which.</param>
/// <param name="Fault">What is wrong.</param>
/// <param name="Content">Its bytes, where nothing is.</param>
/// <param name="Sha256">The SHA-256 of what is there, lower-case hex; null where there is nothing.</param>
/// <param name="Detail">The fault for people.</param>
public sealed record ArtifactReading(DatasetImage Image, ArtifactFault Fault, byte[]? Content, string? Sha256, string Detail);
