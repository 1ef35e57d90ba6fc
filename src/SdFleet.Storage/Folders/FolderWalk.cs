namespace SdFleet.Storage.Folders;

/// <summary>Lists a folder's artifacts in ordinal order of their names, holding one folder's entries at a time.</summary>
internal static class FolderWalk
{
    public static IEnumerable<ArtifactEntry> Files(string root, string prefix)
    {
        // Everything below the last slash of the prefix; the rest of it is compared.
        var slash = prefix.LastIndexOf('/');
        var within = slash < 0 ? "" : prefix[..(slash + 1)];
        return Walk(new DirectoryInfo(Path.Combine(root, within)), within)
            .Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static IEnumerable<ArtifactEntry> Walk(DirectoryInfo folder, string within)
    {
        if (!folder.Exists)
        {
            yield break;
        }

        // A folder sorts by its name with the slash: "a-b.png" < "a.png" < "a/x.png", as the full names do.
        var entries = folder.EnumerateFileSystemInfos()
            .Select(e => (Info: e, Name: within + e.Name + (e is DirectoryInfo ? "/" : "")))
            .Where(e => ArtifactNames.IsValid(e.Info.Name))
            .OrderBy(e => e.Name, StringComparer.Ordinal);
        foreach (var (info, name) in entries)
        {
            if (info is DirectoryInfo inner)
            {
                foreach (var entry in Walk(inner, name))
                {
                    yield return entry;
                }
            }
            else if (info is FileInfo file && EntryOf(file, name) is { } found)
            {
                yield return found;
            }
        }
    }

    // Null where it was removed since its folder was read.
    private static ArtifactEntry? EntryOf(FileInfo file, string name)
    {
        try
        {
            return new ArtifactEntry(name, file.Length, file.LastWriteTimeUtc);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
