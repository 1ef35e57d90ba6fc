namespace SdFleet.Contracts.Batches;

/// <summary>How a dataset lies on the disk.</summary>
public enum DatasetFormat
{
    /// <summary>Tar files of <c>key.png</c>, <c>key.txt</c> and <c>key.json</c>, with a table of their records beside them.</summary>
    WebDataset,

    /// <summary>Folders of pictures with a <c>metadata.jsonl</c> each, as Hugging Face's <c>imagefolder</c> reads them.</summary>
    ImageFolder,

    /// <summary>Folders of pictures with a JSON file each, and a table, as DiffusionDB is laid out.</summary>
    DiffusionDb,

    /// <summary>Only the table of records, without the pictures.</summary>
    Parquet,
}
