using SdFleet.Cli.Output;

namespace SdFleet.Cli.Demo;

/// <summary>
/// The demo's folder. It keeps a list of its own files, so that the next run replaces exactly these and touches nothing that
/// somebody else has put beside them.
/// </summary>
internal sealed class DemoFolder
{
    private const string ListFile = ".sdfleet-demo";
    private const string FleetFolder = "fleet";

    private DemoFolder(string path)
    {
        Path = path;
    }

    public string Path { get; }

    public string Manifest => Of("manifest.jsonl");

    public string ContactSheet => Of("contact-sheet.png");

    public string Page => Of("index.html");

    /// <summary>Where the fleet keeps its database and artifacts.</summary>
    public string Fleet => Of(FleetFolder);

    /// <summary>Makes the folder ready for these pictures.</summary>
    /// <param name="path">The folder, there or not.</param>
    /// <param name="pictures">What will be made.</param>
    /// <param name="note">Takes a word on what was there before.</param>
    /// <exception cref="CliException">Something of another's lies where the demo would write.</exception>
    public static DemoFolder Prepare(string path, IReadOnlyList<DemoPicture> pictures, Action<string> note)
    {
        var folder = new DemoFolder(path);
        Directory.CreateDirectory(path);
        folder.RemoveEarlierRun(note);

        string[] own = [.. pictures.Select(p => p.File), "manifest.jsonl", "contact-sheet.png", "index.html", FleetFolder];
        if (own.FirstOrDefault(file => System.IO.Path.Exists(folder.Of(file))) is { } taken)
        {
            throw new CliException($"{folder.Of(taken)} is there already, and not from an earlier demo. Move it away, or name another folder with --out.");
        }

        Directory.CreateDirectory(folder.Of("images"));
        File.WriteAllLines(folder.Of(ListFile), own);
        return folder;
    }

    /// <summary>The path of one of its files.</summary>
    public string Of(string file) => System.IO.Path.Combine(Path, file);

    private void RemoveEarlierRun(Action<string> note)
    {
        if (!File.Exists(Of(ListFile)))
        {
            return;
        }

        foreach (var file in File.ReadAllLines(Of(ListFile)))
        {
            // The list lies in a folder that anybody may write to: it must not lead elsewhere.
            if (file == FleetFolder)
            {
                if (Directory.Exists(Fleet))
                {
                    Directory.Delete(Fleet, recursive: true);
                }
            }
            else if (!file.Contains("..", StringComparison.Ordinal) && !System.IO.Path.IsPathRooted(file))
            {
                File.Delete(Of(file));
            }
        }

        File.Delete(Of(ListFile));
        note($"{Path} holds an earlier demo; its files are replaced, anything else there stays.");
    }
}
