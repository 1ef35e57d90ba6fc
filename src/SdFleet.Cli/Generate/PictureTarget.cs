using System.Globalization;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Generate;

/// <summary>Where pictures are saved: under the name that was given, or in a folder under names that say what they are.</summary>
internal sealed class PictureTarget
{
    private const string Extension = ".png";

    private readonly string? _file;
    private readonly string _folder;

    private PictureTarget(string? file, string folder)
    {
        _file = file;
        _folder = folder;
    }

    /// <summary>Reads <c>--out</c>.</summary>
    /// <exception cref="CliException">A file is named for several pictures.</exception>
    public static PictureTarget Of(string? option, int images)
    {
        if (option is null || !option.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || Directory.Exists(option))
        {
            return new PictureTarget(file: null, option ?? ".");
        }

        return images == 1
            ? new PictureTarget(option, ".")
            : throw new CliException($"--out is the file \"{option}\", but there will be {images} pictures: name a folder.", ExitCodes.Usage);
    }

    /// <summary>Saves the pictures.</summary>
    /// <returns>Their paths.</returns>
    public IReadOnlyList<string> Save(GeneratedPictures generated) =>
        [.. generated.Pictures.Select(picture => Save(picture, generated.Recipe.Prompt))];

    private string Save(GeneratedPicture picture, string prompt)
    {
        if (_file is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_file))!);
            File.WriteAllBytes(_file, picture.Png);
            return _file;
        }

        Directory.CreateDirectory(_folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Slug.Of(prompt)}-{picture.Seed}");
        for (var number = 1; ; number++)
        {
            // The same prompt and seed with other steps is another picture, which must not take the first one's place.
            var path = Path.Combine(_folder, number == 1 ? name + Extension : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}{Extension}"));
            if (!File.Exists(path))
            {
                File.WriteAllBytes(path, picture.Png);
                return path;
            }

            if (File.ReadAllBytes(path).AsSpan().SequenceEqual(picture.Png))
            {
                return path;
            }
        }
    }
}
