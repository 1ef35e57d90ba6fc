namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="IsOptional">Whether a row may have none.</param>
internal sealed record ParquetColumn(string Name, ParquetKind Kind, bool IsOptional);
