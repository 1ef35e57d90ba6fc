namespace SdFleet.Storage.Folders;

/// <summary>Media types by file name, as a folder keeps none.</summary>
internal static class ContentTypes
{
    public static string OfFile(string name) => Path.GetExtension(name) switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".json" => "application/json",
        ".jsonl" => "application/jsonl",
        ".tar" => "application/x-tar",
        ".parquet" => "application/vnd.apache.parquet",
        ".md" => "text/markdown; charset=utf-8",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
