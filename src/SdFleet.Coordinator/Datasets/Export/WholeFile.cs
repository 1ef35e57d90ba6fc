namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>Writes files that are there in full or not at all: under another name, then renamed.</summary>
internal static class WholeFile
{
    public const string PartialExtension = ".partial";

    public static void Write(string path, string text)
    {
        var partial = Partial(path);
        File.WriteAllText(partial, text);
        File.Move(partial, path, overwrite: true);
    }

    public static string Partial(string path) => path + PartialExtension;
}
