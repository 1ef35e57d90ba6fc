namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A file of an export.</summary>
/// <param name="Path">Relative to the export's folder, with forward slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256, lower-case hex.</param>
public sealed record ExportFile(string Path, long Bytes, string Sha256);
