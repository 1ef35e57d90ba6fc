using SdFleet.Cli.Chaos.Check;
using SdFleet.Cli.Chaos.Faults;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Report;

namespace SdFleet.Cli.Tests.Chaos;

public sealed class ChaosPageTests
{
    private static readonly ChaosReport Report = new()
    {
        Version = "1.2.3",
        StartedAt = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
        Seconds = 10,
        Jobs = 20,
        Seed = 5,
        Coordinators = 2,
        Workers = 3,
        Lost = 0,
        Duplicated = 0,
        Findings = [],
        Outcomes = [new Outcome("ended as completed", 18)],
        Faults =
        [
            new Strike { Number = 1, Kind = FaultKind.BrokerRestarted, At = 2, Lasted = 4, InHand = 3, RecoveredAfter = 6.5, What = "a < b" },
            new Strike { Number = 2, Kind = FaultKind.WorkerKilled, At = 8, Lasted = 1, InHand = 2 },
        ],
        NotPossible = new Dictionary<string, string> { ["blob store hangs"] = "no --blobs was given" },
        Events = [new Event(3, "worker 1 ended by itself with exit code 70, and was started again")],
        Samples = [new Sample(0, 5, 0, 4), new Sample(5, 10, 8, null), new Sample(10, 20, 20, 0)],
    };

    [Fact]
    public void Page_ShowsWhatWasDoneAndWhatCameOfIt_WithoutTheNetwork()
    {
        var page = ChaosPage.Render(Report);

        Assert.Contains("<div class=\"verdict\">0 lost, 0 duplicated</div>", page, StringComparison.Ordinal);
        Assert.Contains("broker restarted</td><td>a &lt; b</td><td class=\"n\">4.0 s</td><td class=\"n\">3</td><td class=\"n\">6.5 s</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"n\">never</td>", page, StringComparison.Ordinal);
        Assert.Contains("ended as completed</td><td class=\"n\">18</td>", page, StringComparison.Ordinal);
        Assert.Contains("blob store hangs: no --blobs was given", page, StringComparison.Ordinal);
        Assert.Contains("exit code 70", page, StringComparison.Ordinal);
        Assert.Contains("sdfleet chaos --jobs 20 --faults 2 --seed 5", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Broken promises", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_WithFindings_NamesTheJobs()
    {
        var id = Guid.NewGuid();
        var page = ChaosPage.Render(Report with { Lost = 1, Findings = [new Finding(FindingKind.Lost, id, "it was confirmed, and there is no such job")] });

        Assert.Contains("<div class=\"verdict bad\">1 lost, 0 duplicated</div>", page, StringComparison.Ordinal);
        Assert.Contains($"lost: job {id}: it was confirmed, and there is no such job", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_IsOneLine() => Assert.Equal("0 lost, 0 duplicated (20 jobs, 2 faults, seed 5)", Report.Verdict);
}
