using System.Net.Http.Headers;
using SdFleet.Cli.Chaos;
using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Cli.Soak;
using SdFleet.Hosting.Bus;
using SdFleet.TestServers;
using Xunit.Abstractions;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>The soak as its users run it, for a minute; and whether it would see a leak.</summary>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-soak-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A minute is too short for memory to find its level; the longer run is make soak's.
    [Fact]
    public async Task Fleet_ThatWorksForAMinute_IsFlat()
    {
        var run = await ChildProcess.RunAsync(
            RepositoryFolder.Root, "bash", [RepositoryFolder.Combine("infra", "dev", "soak.sh"), "--minutes", "1", "--rate", "4", "--max-growth", "100", "--seed", "7", "--out", _folder]);
        output.WriteLine(run.Error);
        output.WriteLine(run.Output);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Matches(@"^flat: all \d+ lines \(60 s, 240 jobs, 4 a second, seed 7\)\n$", run.Output);
        var csv = await File.ReadAllLinesAsync(Path.Combine(_folder, "soak.csv"));
        foreach (var line in new[] { "api: memory", "coordinator 1: open files and sockets", "worker 1: threads", "worker 2: cores used", "broker: connections", "broker: channels", "broker: consumers", "PostgreSQL: sessions" })
        {
            var column = Array.IndexOf(csv[0].Split(','), line);
            Assert.True(column > 0, line);
            Assert.True(csv[1..].Select(row => row.Split(',')[column]).Count(value => value is not ("" or "0")) > 20, line);
        }

        Assert.Contains("<div class=\"verdict\">flat</div>", await File.ReadAllTextAsync(Path.Combine(_folder, "soak.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaks_InAProcessAndOnTheBroker_AreFoundAndNamed()
    {
        var lines = await FailAsync(servers => new SoakOptions
        {
            Duration = TimeSpan.FromSeconds(45),
            Rate = 2,
            Workers = 1,
            MaxGrowth = 10,
            Servers = servers,
            Folder = _folder,
            Meanwhile = LeakAsync,
        });

        Assert.Contains(lines, l => l.StartsWith("api: open files and sockets grows: ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("broker: connections grows: ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("broker: channels grows: ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("worker 1: open files", StringComparison.Ordinal));
        Assert.StartsWith("not flat: ", lines[^1], StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(_folder, "logs"), "*.log"));
    }

    // Jobs that contradict an earlier one wait for its start: with a worker that stands still, for ever.
    [Fact]
    public async Task Fleet_ThatStandsStill_IsReportedAndNotWaitedFor()
    {
        var lines = await FailAsync(servers => new SoakOptions
        {
            Duration = TimeSpan.FromSeconds(8),
            Patience = TimeSpan.FromSeconds(5),
            Rate = 20,
            Workers = 1,
            Servers = servers,
            Folder = _folder,
            Meanwhile = (trial, _) =>
            {
                trial.Fleet.Workers[0].Stop();
                return Task.CompletedTask;
            },
        });

        Assert.Contains("submissions did not come to their end within 5.0 s after the last was due", lines);
        Assert.StartsWith("not flat: ", lines[^1], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "soak.html")));
    }

    // What a soak printed that was not flat.
    private async Task<string[]> FailAsync(Func<TrialServers, SoakOptions> options)
    {
        var server = await RabbitMqServer.GetAsync();
        using var printed = new StringWriter();
        using var error = new StringWriter();

        var exitCode = await SoakCommand.RunAsync(
            options(new TrialServers { Broker = server.Uri, Management = server.Management.Address }),
            new CliConsole { Out = TextWriter.Synchronized(printed), Error = TextWriter.Synchronized(error) },
            default);

        output.WriteLine(error.ToString());
        output.WriteLine(printed.ToString());
        Assert.Equal(ExitCodes.Failed, exitCode);
        return printed.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // What a forgotten Dispose would do: a connection to the API and one to the broker each second, and none of them closed.
    private static async Task LeakAsync(Trial trial, CancellationToken cancellationToken)
    {
        var clients = new List<HttpClient>();
        var channels = new List<OperatorChannel>();
        try
        {
            while (true)
            {
                var client = new HttpClient { BaseAddress = trial.Fleet.Api.Address };
                client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("leak", "1"));
                clients.Add(client);
                using var answer = await client.GetAsync(new Uri("/health/live", UriKind.Relative), cancellationToken);
                channels.Add(await OperatorChannel.OpenAsync(trial.Host.Broker, "leak", cancellationToken));
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
            foreach (var channel in channels)
            {
                await channel.DisposeAsync();
            }
        }
    }
}
