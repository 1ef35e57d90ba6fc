using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Generate;

/// <summary>A model that is loaded without a fleet.</summary>
/// <param name="Name">Its name in recipes and PNG texts.</param>
/// <param name="Folder">Its folder.</param>
internal sealed record LocalModel(string Name, string Folder)
{
    private const string Bundled = "shapes";

    /// <summary>What <c>--model</c> means without a server: a folder, or the bundled model.</summary>
    public static LocalModel Of(string? option)
    {
        if (option is null or Bundled)
        {
            return new LocalModel(Bundled, ShapesModelFolder.Path);
        }

        if (!Directory.Exists(option))
        {
            throw new CliException($"--model is \"{option}\": with --local it is a model's folder, or {Bundled}.", ExitCodes.Usage);
        }

        return new LocalModel(NameOf(option), option);
    }

    private static string NameOf(string folder)
    {
        var last = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).ToLowerInvariant();
        var name = new string([.. last.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-').Take(NameText.MaxLength)]).TrimStart('.');
        return name.Length > 0 ? name : "model";
    }
}
