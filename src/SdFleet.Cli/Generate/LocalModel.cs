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
    /// <summary>What <c>--model</c> means without a server: a folder, or a bundled model.</summary>
    /// <param name="option">The option's value; null for the bundled model that is made for what is asked.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="loras">What changes the model's weights.</param>
    /// <exception cref="CliException">There is no such model.</exception>
    public static LocalModel Of(string? option, TaskRequest request, IReadOnlyList<Lora> loras)
    {
        option ??= request.Upscale ? "shapes-upscale" : request.Depth is not null ? "shapes-depth" : "shapes";
        if (ShapesModelFolder.ByName.TryGetValue(option, out var bundled))
        {
            return new LocalModel(option, bundled, loras);
        }

        if (!Directory.Exists(option))
        {
            var names = string.Join(", ", ShapesModelFolder.ByName.Keys);
            throw new CliException($"--model is \"{option}\": with --local it is a model's folder, or one of {names}.", ExitCodes.Usage);
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
