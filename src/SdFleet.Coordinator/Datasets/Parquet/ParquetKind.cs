namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>What a column holds.</summary>
internal enum ParquetKind
{
    Boolean,
    Int32,
    Int64,
    Double,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>A point in time, in microseconds since 1970 in UTC.</summary>
    Timestamp,
}
