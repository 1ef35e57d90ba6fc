namespace SdFleet.Diffusion.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sdfleet-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public TemporaryFolder Write(string file, string text) => Write(file, System.Text.Encoding.UTF8.GetBytes(text));

    public TemporaryFolder Write(string file, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[file])!);
        File.WriteAllBytes(this[file], bytes);
        return this;
    }

    public TemporaryFolder Link(string file, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[file])!);
        File.CreateSymbolicLink(this[file], System.IO.Path.GetFullPath(target));
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
