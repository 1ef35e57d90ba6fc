using SdFleet.Cli.Output;

namespace SdFleet.Cli.Soak.Report;

/// <summary>A whole soak.</summary>
internal sealed record SoakReport
{
    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long jobs came in.</summary>
    public required double Seconds { get; init; }

    public required double Rate { get; init; }

    public required ulong Seed { get; init; }

    public required int Coordinators { get; init; }

    public required int Workers { get; init; }

    /// <summary>Share of its level that memory might gain.</summary>
    public required double MaxGrowth { get; init; }

    /// <summary>Jobs that were submitted one by one.</summary>
    public required int Jobs { get; init; }

    public required int Batches { get; init; }

    /// <summary>Webhooks that came in.</summary>
    public required long Webhooks { get; init; }

    /// <summary>What went wrong beside: processes that ended, jobs that did not.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }

    public required IReadOnlyList<Trend> Trends { get; init; }

    public required IReadOnlyList<SoakSample> Samples { get; init; }

    /// <summary>The lines that are not flat.</summary>
    public IEnumerable<Trend> NotFlat => Trends.Where(t => t.Verdict is TrendVerdict.Growing or TrendVerdict.Unknown);

    public bool IsGood => Troubles.Count == 0 && !NotFlat.Any();

    /// <summary>The run in one line.</summary>
    public string Verdict
    {
        get
        {
            var judged = Trends.Count(t => t.Verdict != TrendVerdict.NotJudged);
            var run = Amount.Text($"({Amount.Duration(Seconds)}, {Amount.Plural(Jobs, "job")}, {Rate:0.##} a second, seed {Seed})");
            return IsGood
                ? $"flat: all {Amount.Plural(judged, "line")} {run}"
                : Amount.Text($"not flat: {NotFlat.Count()} of {Amount.Plural(judged, "line")}, {Amount.Plural(Troubles.Count, "other trouble")} {run}");
        }
    }
}
