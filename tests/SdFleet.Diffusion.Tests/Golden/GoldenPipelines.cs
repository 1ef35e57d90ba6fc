namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The recorded pipeline runs, and which kinds of them this library has.</summary>
internal static class GoldenPipelines
{
    /// <summary>Stands in a theory's data where the golden folder has none: a theory must have some.</summary>
    public const string None = "(no golden data; SDFLEET_GOLDEN names the folder)";

    private static readonly string[] Built = ["text2img", "img2img"];

    /// <summary>The files of the kinds that are built, or <see cref="None"/>.</summary>
    public static IReadOnlyList<string> BuiltFiles => OrNone(All.Where(file => Built.Contains(Kind(file))));

    /// <summary>The files of the kinds that are not.</summary>
    public static IReadOnlyList<string> OtherFiles => [.. All.Where(file => !Built.Contains(Kind(file)))];

    private static IEnumerable<string> All => Directory.Exists(Path.Combine(GoldenFolder.Root, "pipelines"))
        ? GoldenFolder.Files(Path.Combine("pipelines", "*"))
        : [];

    /// <summary>The data itself, or the sentinel where there is none.</summary>
    public static IReadOnlyList<string> OrNone(IEnumerable<string> files)
    {
        string[] all = [.. files];
        return all.Length > 0 ? all : [None];
    }

    private static string Kind(string file) => file.Split('/')[1];
}
