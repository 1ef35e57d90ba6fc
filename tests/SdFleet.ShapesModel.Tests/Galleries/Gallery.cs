using System.Globalization;
using System.Text;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Galleries;

/// <summary>Pictures of held-out prompts, judged.</summary>
internal sealed class Gallery
{
    private const int Columns = 14;
    private const int FrameWidth = 4;

    private Gallery(IReadOnlyList<JudgedPicture> pictures) => Pictures = pictures;

    public IReadOnlyList<JudgedPicture> Pictures { get; }

    /// <summary>The attributes pictures are judged by, each with the share of right ones among those whose prompt names it.</summary>
    public IReadOnlyDictionary<string, double> Rates => Pictures
        .SelectMany(picture => picture.Verdict.Attributes)
        .Where(attribute => attribute.Value is not null)
        .GroupBy(attribute => attribute.Key, attribute => attribute.Value == true)
        .Append(Pictures.Select(picture => picture.Verdict.All).GroupBy(_ => "everything").Single())
        .ToDictionary(group => group.Key, group => group.Count(right => right) / (double)group.Count());

    /// <summary>Paints and judges; the judge always looks for what the prompt says, whatever is changed in the task.</summary>
    public static Gallery Of(Painter painter, IReadOnlyList<HeldOutPrompt> prompts, Func<GenerationTask, GenerationTask>? change = null)
    {
        var judge = new Judge(World.Shapes128);
        var images = painter.Paint(prompts.Select(prompt => (prompt.Prompt, prompt.Seed)), change);
        return new([.. prompts.Zip(images, (prompt, image) =>
        {
            var seen = judge.Look(image);
            return new JudgedPicture(prompt, image, seen, Verdict.On(seen, prompt.Facts));
        })]);
    }

    /// <summary>The rates, and what was seen in each picture that is wrong.</summary>
    public string Report()
    {
        var report = new StringBuilder();
        foreach (var (attribute, rate) in Rates)
        {
            var judged = Pictures.Count(picture => picture.Verdict.Attributes.GetValueOrDefault(attribute, true) is not null);
            report.AppendLine(CultureInfo.InvariantCulture, $"{attribute,-10} {100 * rate,6:0.0} %  of {judged}");
        }

        foreach (var (index, picture) in Pictures.Index().Where(picture => !picture.Item.Verdict.All))
        {
            var place = $"row {(index / Columns) + 1} column {(index % Columns) + 1}";
            report.AppendLine($"{place}: {picture.Wanted.Prompt}, seed {picture.Wanted.Seed}");
            report.AppendLine($"    wrong: {string.Join(", ", picture.Verdict.Wrong)}");
            report.AppendLine($"    seen: {picture.Seen}");
        }

        return report.ToString();
    }

    /// <summary>All pictures in one, those that are wrong in a red frame.</summary>
    public RgbImage Sheet() => ImageGrid.Compose([.. Pictures.Select(picture => Frame(picture.Image, picture.Verdict.All))], Columns);

    private static RgbImage Frame(RgbImage image, bool isRight)
    {
        var framed = new RgbImage(image.Width + (2 * FrameWidth), image.Height + (2 * FrameWidth));
        for (var i = 0; i < framed.Pixels.Length; i++)
        {
            framed.Pixels[i] = (byte)(isRight ? 225 : i % RgbImage.Channels == 0 ? 255 : 0);
        }

        for (var y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(framed.Row(y + FrameWidth)[(FrameWidth * RgbImage.Channels)..]);
        }

        return framed;
    }
}
