using System.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Diffusion;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Scoring;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet score</c>.</summary>
internal static class ScoreCommand
{
    // Decoded pictures are large; what is read at once stays small.
    private const int ImagesAtOnce = 16;

    public static Command Create(CliConsole console)
    {
        var images = new Argument<string[]>("IMAGE") { Description = "PNG files.", Arity = ArgumentArity.OneOrMore };
        var prompt = new Option<string>("--prompt") { Description = "What they should show.", HelpName = "TEXT", Required = true };
        var model = new Option<string>("--model")
        {
            Description = "A folder with a CLIP model, as optimum exports it for feature extraction. "
                + "Default: the bundled one, which knows the bundled models' pictures.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => ShapesModelFolder.Clip,
        };
        var command = new Command("score", "Says how well pictures fit a text with a CLIP model: the cosine similarity, -1 to 1.") { images, prompt, model };
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () =>
            {
                using var scorer = Load(parsed.GetRequiredValue(model));
                foreach (var files in parsed.GetRequiredValue(images).Chunk(ImagesAtOnce))
                {
                    var scores = scorer.Score(
                        [.. files.Select(Read)], [.. files.Select(_ => parsed.GetRequiredValue(prompt))], cancellationToken);
                    foreach (var (file, score) in files.Zip(scores))
                    {
                        console.Out.WriteLine(FormattableString.Invariant($"{score:0.0000}  {file}"));
                    }
                }

                return ExitCodes.Done;
            },
            cancellationToken));
        return command;
    }

    private static ClipScorer Load(string folder)
    {
        try
        {
            return ClipScorer.Load(folder);
        }
        catch (ModelFormatException e)
        {
            throw new CliException($"the CLIP model cannot be loaded: {e.Message}", cause: e);
        }
    }

    private static RgbImage Read(string file)
    {
        try
        {
            return PngReader.Read(File.ReadAllBytes(file));
        }
        catch (InvalidDataException e)
        {
            throw new CliException($"{file} cannot be read: {e.Message}", cause: e);
        }
    }
}
