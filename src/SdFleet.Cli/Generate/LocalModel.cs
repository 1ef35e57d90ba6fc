using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;
using SdFleet.Diffusion.Adapters;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Generate;

/// <summary>A model that is loaded without a fleet.</summary>
/// <param name="Name">Its name in recipes and PNG texts.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Loras">What changes its weights.</param>
internal sealed record LocalModel(string Name, string Folder, IReadOnlyList<Lora> Loras)
{
    private const string Bundled = "shapes";

    /// <summary>What <c>--model</c> means without a server: a folder, or the bundled model.</summary>
    public static LocalModel Of(string? option, IReadOnlyList<Lora> loras)
    {
        if (option is null or Bundled)
        {
            return new LocalModel(Bundled, ShapesModelFolder.Path, loras);
        }

        if (!Directory.Exists(option))
        {
            throw new CliException($"--model is \"{option}\": with --local it is a model's folder, or {Bundled}.", ExitCodes.Usage);
        }

        return new LocalModel(NameOf(option), option, loras);
    }

    private static string NameOf(string folder)
    {
        var last = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).ToLowerInvariant();
        var allowed = last.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-').Take(NameText.MaxLength);
        var name = new string([.. allowed]).TrimStart('.');
        return name.Length > 0 ? name : "model";
    }
}
