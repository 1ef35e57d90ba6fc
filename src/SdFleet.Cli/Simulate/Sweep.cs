using SdFleet.Cli.Output;

namespace SdFleet.Cli.Simulate;

/// <summary>Values to try for one setting.</summary>
internal sealed record Sweep(string Name, IReadOnlyList<string> Values)
{
    private const int MostRuns = 1000;

    /// <summary>Reads NAME=VALUE,VALUE.</summary>
    /// <exception cref="CliException">It is not that.</exception>
    public static Sweep Parse(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } values]
            ? new Sweep(name, values.Split(','))
            : throw new CliException($"--sweep is \"{text}\": NAME=VALUE,VALUE such as scaling.targetGpuSeconds=60,120.", ExitCodes.Usage);

    /// <summary>Every combination, the last setting changing fastest.</summary>
    /// <exception cref="CliException">They are too many.</exception>
    public static IReadOnlyList<IReadOnlyList<KeyValuePair<string, string?>>> Combine(IReadOnlyList<Sweep> sweeps)
    {
        var runs = sweeps.Aggregate(1.0, (product, sweep) => product * sweep.Values.Count);
        if (runs > MostRuns)
        {
            throw new CliException(Amount.Text($"--sweep makes {runs:N0} runs: at most {MostRuns}."), ExitCodes.Usage);
        }

        IEnumerable<IReadOnlyList<KeyValuePair<string, string?>>> all = [[]];
        foreach (var sweep in sweeps)
        {
            all = all.SelectMany(before => sweep.Values.Select(value => (IReadOnlyList<KeyValuePair<string, string?>>)[.. before, KeyValuePair.Create(sweep.Name, (string?)value)]));
        }

        return [.. all];
    }
}
