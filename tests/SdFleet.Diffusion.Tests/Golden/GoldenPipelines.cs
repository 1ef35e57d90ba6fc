namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The recorded pipeline runs.</summary>
internal static class GoldenPipelines
{
    /// <summary>Stands in a theory's data where the golden folder has none: a theory must have some.</summary>
    public const string None = "(no golden data; SDFLEET_GOLDEN names the folder)";

    /// <summary>The files of all kinds, or <see cref="None"/>.</summary>
    public static IReadOnlyList<string> Files => OrNone(Directory.Exists(Path.Combine(GoldenFolder.Root, "pipelines"))
        ? GoldenFolder.Files(Path.Combine("pipelines", "*"))
        : []);

    /// <summary>The data itself, or the sentinel where there is none.</summary>
    public static IReadOnlyList<string> OrNone(IEnumerable<string> files)
    {
        string[] all = [.. files];
        return all.Length > 0 ? all : [None];
    }
}
