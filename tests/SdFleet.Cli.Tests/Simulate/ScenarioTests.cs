using System.Text.RegularExpressions;
using SdFleet.Cli.Simulate;
using SdFleet.Cli.Tests.Support;
using SdFleet.TestServers;
using SdFleet.Worker;

namespace SdFleet.Cli.Tests.Simulate;

public sealed partial class ScenarioTests
{
    // What the simulator takes for granted is what the chart and the services come with.
    [Fact]
    public void Defaults_AreTheChartsAndTheServices()
    {
        var chart = Scenario.Read(RepositoryFolder.Combine("helm", "sdfleet", "values.yaml"));
        var template = File.ReadAllText(RepositoryFolder.Combine("helm", "sdfleet", "templates", "workers.yaml"));
        var simulated = Scenario.Options([Workload]);

        foreach (var (path, value) in chart.Where(v => v.Key.StartsWith("scaling:", StringComparison.Ordinal)))
        {
            var name = path["scaling:".Length..];
            if (name is not ("enabled" or "fallbackReplicas"))
            {
                var property = typeof(ScalingOptions).GetProperties().Single(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
                Assert.Equal(value, FormattableString.Invariant($"{property.GetValue(simulated.Scaling)}").Replace("True", "true", StringComparison.Ordinal));
            }
        }

        Assert.Equal(chart["drain:finishSeconds"], FormattableString.Invariant($"{simulated.Worker.FinishSeconds}"));
        Assert.Equal(new WorkerOptions().MaxBatchImages, simulated.Worker.MaxBatchImages);
        var policy = ScaleDown().Match(template);
        Assert.Equal((simulated.Scaling.ScaleInPercent, simulated.Scaling.ScaleInPeriodSeconds), (Number(policy, "value"), Number(policy, "period")));
    }

    [Fact]
    public async Task Sweep_MakesARowForEachCombination()
    {
        var run = (await CliRun.Of(
            "simulate", "bursts", "--set", "workload.0.jobs=4", "--sweep", "scaling.cooldownSeconds=60,600", "--sweep", "scaling.maxReplicas=1,2")).Succeeded();

        Assert.StartsWith("| scaling.cooldownSeconds | scaling.maxReplicas | cost | finished | GPU-hours |", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal(["| 60 | 1 |", "| 60 | 2 |", "| 600 | 1 |", "| 600 | 2 |"], run.Lines[2..].Select(line => string.Join('|', line.Split('|')[..3]) + "|"));
        Assert.All(run.Lines, line => Assert.Equal(run.Lines[0].Count(c => c == '|'), line.Count(c => c == '|')));
    }

    [Fact]
    public async Task File_IsReadAsTheScenario()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("own.yaml"), "seed: 3\nrelease: {windowPerWorker: 4}\nleases: {releaseLease: '00:00:40'}\nworkload: [{lane: interactive, jobs: 3}]\n");

        var run = (await CliRun.Of("simulate", folder.Of("own.yaml"))).Succeeded();

        Assert.Contains("| interactive: wait 50 / 95 / 99 / 100 % |", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains("3 attempts waited in the broker for longer than leases.releaseLease (00:00:40)", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--set scaling.maxReplica=3", "no setting 'maxReplica'")]
    [InlineData("--set scaling.maxReplicas=many", "'many' at 'Scaling:MaxReplicas'")]
    [InlineData("--set scaling.maxReplicas=0", "scaling:maxReplicas is 0: 1 to 100000")]
    [InlineData("--set release.windowPerWorker=0", "release:WindowPerWorker is 0: 1 to 100000")]
    [InlineData("--set workload.0.jobs=30000000", "workload:0:jobs is 30000000")]
    [InlineData("--set workload.0.perHour=5", "a stream has jobs or perHour, not both")]
    [InlineData("--set scaling.maxReplicas", "--set is \"scaling.maxReplicas\"")]
    [InlineData("--sweep scaling.maxReplicas", "--sweep is \"scaling.maxReplicas\"")]
    [InlineData("--sweep seed=1,x", "'x' at 'Seed'")]
    [InlineData("nowhere.yaml", "\"nowhere.yaml\" is no file, and none of batch, bursts, mixed")]
    public async Task WrongSettings_AreRefused(string arguments, string expected)
    {
        var run = await CliRun.Of(["simulate", .. arguments.Split(' ')]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ThatDoesNotEnd_SaysSo()
    {
        var run = await CliRun.Of("simulate", "batch", "--set", "maxDays=0.1", "--set", "scaling.maxReplicas=1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("jobs were left after 0.1 days", run.Error, StringComparison.Ordinal);
    }

    // The chart's README shows tables; each stands below the command that makes it.
    [Fact]
    public async Task Readme_ShowsWhatItsCommandsPrint()
    {
        var text = await File.ReadAllTextAsync(RepositoryFolder.Combine("helm", "README.md"));
        var commands = Command().Matches(text).Select(m => m.Groups["arguments"].Value.Replace("\\\n", " ", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var run = (await CliRun.Of(["simulate", .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Succeeded();
            Assert.Contains(run.Out.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
        }
    }

    private static Dictionary<string, string?> Workload => new(StringComparer.Ordinal) { ["workload.0.jobs"] = "1" };

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"scaleDown:.*?type: Percent\s+value: (?<value>\d+)\s+periodSeconds: (?<period>\d+)", RegexOptions.Singleline)]
    private static partial Regex ScaleDown();

    [GeneratedRegex(@"^sdfleet simulate (?<arguments>.*(\\\n.*)*)$", RegexOptions.Multiline)]
    private static partial Regex Command();
}
