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
    /// <exception cref="EmbeddedFleetException">Another fleet has it, or it cannot be written to.</exception>
    public static DataFolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);

            // The system lets go of it however the process ends; the file itself may stay.
            return new DataFolderLock(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.Message.Contains("another process", StringComparison.Ordinal))
        {
            throw new EmbeddedFleetException(
                $"{Path.GetFullPath(folder)} is in use by another fleet. Stop that one, or name another folder with --data.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedFleetException($"{Path.GetFullPath(folder)} cannot be used: {e.Message} Name a folder that you may write to with --data.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
