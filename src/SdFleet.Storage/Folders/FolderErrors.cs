namespace SdFleet.Storage.Folders;

/// <summary>Says in the store's own words what the file system reports.</summary>
internal static class FolderErrors
{
    private const int NoSpaceOnUnix = 28;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);

    public static ArtifactStoreException Translate(Exception exception, string what, string root)
    {
        var (remedy, transient) = exception switch
        {
            UnauthorizedAccessException => ("Let the user that runs this write there, or choose another folder.", false),
            DirectoryNotFoundException => ("The folder is gone: mount it, or start the service again, which makes it.", true),
            { HResult: NoSpaceOnUnix or DiskFullOnWindows } => ("Make room on the disk.", true),
            _ => ("Check the disk or the share behind it.", true),
        };
        return new ArtifactStoreException($"{what} in folder {root} failed: {exception.Message} {remedy}", transient, exception);
    }
}
