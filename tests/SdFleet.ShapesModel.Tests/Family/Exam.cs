using System.Globalization;
using System.Text;
using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Pictures against what they were to show, and a sheet of them to look at.</summary>
internal sealed class Exam
{
    private readonly IReadOnlyList<Verdict> _verdicts;
    private readonly string _report;

    /// <summary>Judges, and leaves report and sheet under TestResults beside the tests.</summary>
    /// <param name="name">The files' name.</param>
    /// <param name="facts">What each picture was to show.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="given">What each was made from, to stand above it on the sheet; null for nothing.</param>
    public Exam(string name, IReadOnlyList<Facts> facts, IReadOnlyList<RgbImage> images, IReadOnlyList<RgbImage>? given = null)
    {
        var judge = new Judge(World.Shapes128);
        var seen = images.Select(judge.Look).ToList();
        _verdicts = [.. seen.Zip(facts, Verdict.On)];

        var report = new StringBuilder();
        foreach (var attribute in _verdicts
            .SelectMany(verdict => verdict.Attributes.Where(it => it.Value is not null))
            .GroupBy(it => it.Key, it => it.Value == true)
            .Append(_verdicts.Select(verdict => verdict.All).GroupBy(_ => "everything").Single()))
        {
            var share = 100.0 * attribute.Count(right => right) / attribute.Count();
            report.AppendLine(CultureInfo.InvariantCulture, $"{attribute.Key,-10} {share,6:0.0} %  of {attribute.Count()}");
        }

        foreach (var (index, verdict) in _verdicts.Index().Where(it => !it.Item.All))
        {
            report.AppendLine($"{index}: {Wording.Of(facts[index])}: wrong {string.Join(", ", verdict.Wrong)}; seen {seen[index]}");
        }

        var folder = Sheet.Save(name, images, given);
        File.WriteAllText(Path.Combine(folder, $"{name}.txt"), report.ToString());
        _report = $"{folder}: {name}\n{report}";
    }

    /// <summary>The share of pictures that are right in everything that was said.</summary>
    public double Everything => Share(verdict => verdict.All);

    /// <summary>The share of pictures of which this holds.</summary>
    public double Share(Func<Verdict, bool> holds) => _verdicts.Count(holds) / (double)_verdicts.Count;

    public override string ToString() => _report;
}
