namespace SdFleet.Cli.Embedded;

/// <summary>
/// Keeps a second embedded fleet out of a data folder: two in-memory buses over one database would wait for messages that
/// the other one has.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private DataFolderLock(FileStream file)
    {
        _file = file;
    }

    /// <summary>Takes the folder, which is made where it is missing.</summary>
    /// <exception cref="EmbeddedFleetException">Another process has it.</exception>
    public static DataFolderLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            // The system lets go of it however the process ends; the file itself may stay.
            return new DataFolderLock(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new EmbeddedFleetException(
                $"{Path.GetFullPath(folder)} is in use by another fleet ({e.Message}). Stop that one, or name another folder with --data.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
