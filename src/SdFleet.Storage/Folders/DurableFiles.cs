using System.Runtime.InteropServices;

namespace SdFleet.Storage.Folders;

/// <summary>What the file API lacks: creating a name atomically, and making folders durable.</summary>
internal static partial class DurableFiles
{
    private const int AlreadyExists = 17;
    private const int OpenReadOnly = 0;

    /// <summary>
    /// Gives a finished file its name, unless that name is taken, and makes the name durable. On Unix this is link(2), which
    /// POSIX makes atomic; on Windows a move without replacing, which NTFS makes atomic within a volume.
    /// </summary>
    public static bool TryLink(string file, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(file, name, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(name))
            {
                return false;
            }
        }

        if (Link(file, name) == 0)
        {
            SyncFolder(Path.GetDirectoryName(name)!);
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists
            ? false
            : throw new IOException($"link to {name}: {Marshal.GetPInvokeErrorMessage(error)} (the folder must be on a file system with hard links).", error);
    }

    /// <summary>Makes a folder, and makes durable that it and the folders above it are there.</summary>
    public static void EnsureFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            EnsureFolder(parent);
        }

        Directory.CreateDirectory(folder);
        if (parent is not null && !OperatingSystem.IsWindows())
        {
            SyncFolder(parent);
        }
    }

    // A name lives in its folder: until the folder is on the disk, a power cut may take the name away again.
    private static void SyncFolder(string folder)
    {
        var descriptor = Open(folder, OpenReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"open {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            // Some network file systems do not sync folders: there the server decides, and nothing is left to do here.
            _ = Fsync(descriptor);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
