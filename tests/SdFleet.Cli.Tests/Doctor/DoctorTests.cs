using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Cli.Doctor;
using SdFleet.Cli.Tests.Support;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Tests.Doctor;

/// <summary>The doctor where everything is on this machine; with real servers it is in SdFleet.Fleet.Tests.</summary>
public sealed class DoctorTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task WholeFleet_IsWell()
    {
        await using (var store = JobStores.Open(new JobStoreOptions { Path = _folder.Of("jobs.db") }))
        {
            await store.MigrateAsync(default);
        }

        Directory.CreateDirectory(_folder.Of("images"));
        var run = (await DoctorAsync(
            "--SdFleet:Transport:Kind=InMemory", $"--SdFleet:JobStore:Path={_folder.Of("jobs.db")}", "--SdFleet:Artifacts:Path", _folder.Of("images"),
            "--SdFleet:Models:0:Name=shapes", $"--SdFleet:Models:0:Path={ShapesModelFolder.Path}")).Succeeded();

        Assert.Equal(
            ["ok configuration", "skipped broker", "ok database", "ok schema", "ok versions", "ok artifacts", "ok models"],
            run.Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2])));
        Assert.Contains("creates, refuses to replace, reads and lists", run.Out, StringComparison.Ordinal);
        Assert.Equal([".incoming"], Directory.EnumerateFileSystemEntries(_folder.Of("images")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task NothingConfigured_Fails()
    {
        var run = await DoctorAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nothing of a fleet is configured here", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AppSettings_AreReadAsTheServicesReadThem_ArgumentsLast()
    {
        await File.WriteAllTextAsync(_folder.Of("appsettings.json"), """{"SdFleet": {"JobStore": {"Path": "nowhere/jobs.db"}, "Artifacts": {"Path": "nowhere"}}}""");

        var run = (await DoctorAsync($"--SdFleet:Artifacts:Path={_folder.Of("other")}")).Succeeded();

        Assert.Contains($"nowhere{Path.DirectorySeparatorChar}jobs.db is not there yet", run.Out, StringComparison.Ordinal);
        Assert.Contains($"{_folder.Of("other")}: there is no such folder", run.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Of("other")));
    }

    [Theory]
    [InlineData("--SdFleet:JobStore:Kind=Postgres", "fail configuration", "SdFleet:JobStore:ConnectionString is empty")]
    [InlineData("--SdFleet:Transport:Kind=RabbitMq", "fail configuration", "SdFleet:Transport:Uri must be amqp://")]
    [InlineData("--SdFleet:Transport:Kind=Rabbit", "fail configuration", "'Rabbit'")]
    [InlineData("--SdFleet:Artifacts:Path=FILE", "warn artifacts", "no such folder")]
    [InlineData("--SdFleet:JobStore:Path=FILE", "fail database", "restore it from a backup")]
    [InlineData("--SdFleet:Models:0:Name=x --SdFleet:Models:0:Path=nowhere", "fail models", "there is no folder nowhere")]
    [InlineData("--SdFleet:Models:0:Name=x --SdFleet:Models:0:Path=EMPTY", "fail models", "model_index.json")]
    public async Task WhatIsWrong_IsSaidWithWhatToDo(string arguments, string finding, string text)
    {
        await File.WriteAllTextAsync(_folder.Of("file"), string.Concat(Enumerable.Repeat("this is no database, and no folder. ", 100)));
        Directory.CreateDirectory(_folder.Of("empty"));

        var run = await DoctorAsync(arguments.Replace("FILE", _folder.Of("file"), StringComparison.Ordinal).Replace("EMPTY", _folder.Of("empty"), StringComparison.Ordinal).Split(' '));

        var words = finding.Split(' ');
        Assert.Contains(run.Lines, line => line.StartsWith(words[0], StringComparison.Ordinal) && line.Contains($" {words[1]} ", StringComparison.Ordinal));
        Assert.Contains(text, run.Out, StringComparison.Ordinal);
        Assert.Equal(words[0] == "fail" ? 1 : 0, run.ExitCode);
    }

    [Fact]
    public async Task Json_IsAFindingALine()
    {
        var run = await DoctorAsync("--json", $"--SdFleet:JobStore:Path={_folder.Of("jobs.db")}");

        var findings = run.Lines.Select(line => JsonSerializer.Deserialize<JsonObject>(line)!).ToList();
        Assert.Equal([("configuration", "ok"), ("database", "warn")], findings.Select(f => ((string)f["check"]!, (string)f["state"]!)));
        Assert.Contains("Start a coordinator", (string)findings[1]["advice"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--jsn", "there is no option --jsn")]
    [InlineData("--timeout=0", "--timeout is 0: above 0, at most 600")]
    [InlineData("--config=nowhere", "The configuration cannot be read")]
    public async Task WrongOption_IsRefused(string argument, string expected)
    {
        var run = await CliRun.Of("doctor", argument);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "Ok", "agree")]
    [InlineData(-1.5, "Ok", "agree")]
    [InlineData(2.5, "Ok", "agree")]
    [InlineData(6, "Warn", "5.0 s ahead of")]
    [InlineData(-4, "Warn", "3.0 s behind")]
    [InlineData(61, "Fail", "60 s ahead of")]
    [InlineData(-61, "Fail", "60 s behind")]
    public void Clock_IsComparedWithinTheTimeItTookToAsk(double seconds, string state, string text)
    {
        // Asked at noon, answered a second later, by a clock that says whole seconds.
        var finding = Clocks.Compare("it", Noon.AddSeconds(seconds), Noon, Noon.AddSeconds(1), TimeSpan.FromSeconds(1));

        Assert.Equal(state, finding.State.ToString());
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_ThatAreMissingOrOthers_AreNamed()
    {
        var wanted = BrokerPolicies.For(4);
        var other = wanted[0] with { Definition = new JsonObject { ["delivery-limit"] = 3 } };

        // As the broker gives them back.
        var read = wanted.Select(p => p with { Definition = JsonNode.Parse(p.Definition.ToJsonString())!.AsObject() }).ToList();

        Assert.Empty(BrokerChecks.WrongPolicies(wanted, read));
        Assert.Equal(
            ["sdfleet-dead-letters is not this version's", "sdfleet-unrouted is missing", "sdfleet-kept is missing"], BrokerChecks.WrongPolicies(wanted, [other]));
    }

    public void Dispose() => _folder.Dispose();

    private Task<CliRun> DoctorAsync(params string[] arguments) => CliRun.Of(["doctor", "--config", _folder.Path, .. arguments]);
}
