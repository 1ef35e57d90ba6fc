namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>Writes files that are there in full or not at all: under another name, then renamed.</summary>
internal static class WholeFile
{
    public const string PartialExtension = ".partial";

    public static void Write(string path, string text)
    {
        var partial = Partial(path);
        File.WriteAllText(partial, text);
        Move(partial, path);
    }

    /// <summary>
    /// Renames a file that is complete, after its bytes are on the disk: else, when the power goes, a new name may be left with
    /// nothing under it.
    /// </summary>
    public static void Move(string partial, string path)
    {
        using (var file = File.OpenHandle(partial, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(file);
        }

        File.Move(partial, path, overwrite: true);
    }

    public static string Partial(string path) => path + PartialExtension;
}
