using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Npgsql;
using SdFleet.Cli.Chaos;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.TestServers;
using Xunit.Abstractions;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>The fault suite as its users run it; and whether it would see anything, were something wrong.</summary>
public sealed class ChaosTests(ITestOutputHelper output) : IDisposable
{
    private const string Jobs = "500";
    private const string Faults = "15";
    private const string Seed = "20260131";

    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-chaos-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FiveHundredJobs_WhileEverythingDies_AreEachThereOnce()
    {
        var run = await ChildProcess.RunAsync(
            RepositoryFolder.Root, "bash", [RepositoryFolder.Combine("infra", "dev", "chaos.sh"), "--jobs", Jobs, "--faults", Faults, "--seed", Seed, "--out", _folder]);
        output.WriteLine(run.Error);
        output.WriteLine(run.Output);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.EndsWith($"\n0 lost, 0 duplicated ({Jobs} jobs, {Faults} faults, seed {Seed})\n", "\n" + run.Output, StringComparison.Ordinal);
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "chaos.json")))!;
        Assert.Equal(
            Enum.GetValues<FaultKind>(),
            report["faults"]!.AsArray().Select(f => f!["kind"].Deserialize<FaultKind>(ContractsJson.Options)).Distinct().Order());
        Assert.All(report["faults"]!.AsArray(), f => Assert.True((double)f!["recoveredAfter"]! > 0));
        Assert.Empty(report["notPossible"]!.AsObject());
        Assert.Contains("0 lost, 0 duplicated", await File.ReadAllTextAsync(Path.Combine(_folder, "chaos.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithABrokerOnly_DoesWhatCanBeDoneThere_AndLeavesNothingBehind()
    {
        var server = await RabbitMqServer.GetAsync();

        await using var command = FleetProcess.Start(
            "SdFleet.Cli",
            new Dictionary<string, string?> { ["SDFLEET_BROKER"] = server.Uri.ToString(), ["SDFLEET_POSTGRES"] = null, ["SDFLEET_BLOBS"] = null },
            ["chaos", "--management", server.Management.Address.ToString(), "--jobs", "40", "--faults", "3", "--seed", "3", "--workers", "2", "--coordinators", "1", "--out", _folder]);
        Assert.True(await command.WaitForExitAsync(TimeSpan.FromMinutes(8)) == 0, command.Tail());

        Assert.Contains("0 lost, 0 duplicated (40 jobs, 3 faults, seed 3)", command.Output);
        Assert.Contains(command.Output, l => l.StartsWith("Not possible here: blob store hangs (no --blobs was given", StringComparison.Ordinal));
        Assert.Empty(await HostsAsync(server));
    }

    [Fact]
    public async Task Interrupted_ByCtrlC_LeavesNothingBehind()
    {
        var server = await RabbitMqServer.GetAsync();
        var postgres = (await PostgresServer.GetAsync()).ConnectionString;
        var azurite = (await AzuriteServer.GetAsync()).ConnectionString;
        var environment = new Dictionary<string, string?>
        {
            ["SDFLEET_BROKER"] = server.Uri.ToString(),
            ["SDFLEET_MANAGEMENT"] = server.Management.Address.ToString(),
            ["SDFLEET_POSTGRES"] = postgres,
            ["SDFLEET_BLOBS"] = azurite,
        };
        await using var command = FleetProcess.Start("SdFleet.Cli", environment, ["chaos", "--jobs", "100000", "--faults", "1", "--workers", "1", "--coordinators", "1", "--out", _folder]);
        await command.WaitForLineAsync(l => l.StartsWith("Jobs: ", StringComparison.Ordinal), TimeSpan.FromMinutes(5));
        Assert.Single(await HostsAsync(server));
        Assert.Equal((1, 1), (await DatabasesAsync(postgres), await ContainersAsync(azurite)));

        command.Interrupt();
        Assert.Equal(ExitCodes.Interrupted, await command.WaitForExitAsync(TimeSpan.FromMinutes(3)));

        Assert.DoesNotContain(command.Output, l => l.Contains("left behind", StringComparison.Ordinal));
        Assert.Empty(await HostsAsync(server));
        Assert.Equal((0, 0), (await DatabasesAsync(postgres), await ContainersAsync(azurite)));
    }

    [Fact]
    public async Task Sabotage_AfterTheLastJob_IsFoundAndNamed()
    {
        var server = await RabbitMqServer.GetAsync();
        var postgres = (await PostgresServer.GetAsync()).ConnectionString;
        var azurite = (await AzuriteServer.GetAsync()).ConnectionString;
        var harmed = new Dictionary<string, (Guid Id, string Kind)>();
        using var printed = new StringWriter();
        using var error = new StringWriter();

        var exitCode = await ChaosCommand.RunAsync(
            new ChaosOptions
            {
                Jobs = 60,
                Faults = 1,
                Seed = 4,
                Workers = 2,
                Coordinators = 1,
                Servers = new TrialServers { Broker = server.Uri, Management = server.Management.Address, Postgres = postgres, Blobs = azurite },
                Folder = _folder,
                BeforeCheck = (scene, token) => SabotageAsync(scene, new BlobContainerClient(azurite, scene.Container), server.Management, harmed, token),
            },
            new CliConsole { Out = TextWriter.Synchronized(printed), Error = TextWriter.Synchronized(error) },
            default);
        output.WriteLine(error.ToString());
        output.WriteLine(printed.ToString());

        Assert.Equal(ExitCodes.Failed, exitCode);
        var lines = printed.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (what, (id, kind)) in harmed)
        {
            Assert.True(lines.Any(l => l.StartsWith($"{kind}: job {id}: ", StringComparison.Ordinal)), $"{what} of {id} was not found:\n{printed}");
        }

        Assert.All(lines.SkipLast(1), line => Assert.Contains(harmed.Values, h => line.Contains(h.Id.ToString(), StringComparison.Ordinal)));
        Assert.Equal("3 lost, 3 duplicated (60 jobs, 1 faults, seed 4)", lines[^1]);
    }

    // Each to another job, so that each has to be found on its own.
    private static async Task SabotageAsync(
        ChaosScene scene, BlobContainerClient container, RabbitMqManagement management, Dictionary<string, (Guid Id, string Kind)> harmed, CancellationToken token)
    {
        var jobs = new Queue<PlannedJob>(scene.Jobs.Where(j => j.Kind == JobKind.Plain));
        await using var database = new NpgsqlConnection(scene.JobStore);
        await database.OpenAsync(token);

        var blob = await NameAsync(Harm("a deleted blob", "lost"));
        await container.DeleteBlobAsync(blob, cancellationToken: token);

        blob = await NameAsync(Harm("a changed blob", "lost"));
        await container.GetBlobClient(blob).UploadAsync(BinaryData.FromString("something else"), overwrite: true, token);

        var gone = Harm("a deleted row", "lost");
        for (var index = 0; index < gone.Images; index++)
        {
            await container.DeleteBlobAsync(await NameAsync(gone, index), cancellationToken: token);
        }

        await ExecuteAsync("DELETE FROM images WHERE job_seq = (SELECT seq FROM jobs WHERE id = @id)", gone);
        await ExecuteAsync("DELETE FROM jobs WHERE id = @id", gone);

        var twice = Harm("a doubled picture", "duplicated");
        await ExecuteAsync(
            "INSERT INTO images (job_seq, idx, record) SELECT job_seq, 9, replace(record, '\"index\":0', '\"index\":9') FROM images WHERE idx = 0 AND job_seq = (SELECT seq FROM jobs WHERE id = @id)",
            twice);

        blob = await NameAsync(Harm("a second blob", "duplicated"));
        await container.GetBlobClient($"second/{Path.GetFileName(blob)}").UploadAsync(BinaryData.FromString("x"), token);

        var completed = Harm("a doubled completion", "duplicated");
        await using var attempt = new NpgsqlCommand(
            "SELECT (CAST(record AS json) ->> 'attempt')::int FROM images WHERE idx = 0 AND job_seq = (SELECT seq FROM jobs WHERE id = @id)", database);
        attempt.Parameters.AddWithValue("id", completed.Id);
        await management.PostAsync($"exchanges/{scene.Broker.AbsolutePath.Trim('/')}/{Topology.EventsExchange}/publish", new
        {
            properties = new { content_type = "application/json", delivery_mode = 2, headers = new Dictionary<string, string> { ["MT-MessageType"] = "urn:message:SdFleet.Contracts.Events:JobCompleted" } },
            routing_key = "",
            payload_encoding = "string",
            payload = JsonSerializer.Serialize(
                new JobCompleted { JobId = completed.Id, Attempt = (int)(await attempt.ExecuteScalarAsync(token))!, WorkerId = "somebody-else", Images = [], At = DateTimeOffset.UtcNow }, ContractsJson.Options),
        });

        PlannedJob Harm(string what, string kind)
        {
            var job = jobs.Dequeue();
            harmed[what] = (job.Id, kind);
            return job;
        }

        async Task<string> NameAsync(PlannedJob job, int index = 0) =>
            (await container.GetBlobsAsync(cancellationToken: token).Select(b => b.Name).Where(n => n.EndsWith($"{job.Id:D}-{index}.png", StringComparison.Ordinal)).ToListAsync(token)).Single();

        async Task ExecuteAsync(string sql, PlannedJob job)
        {
            await using var command = new NpgsqlCommand(sql, database);
            command.Parameters.AddWithValue("id", job.Id);
            Assert.True(await command.ExecuteNonQueryAsync(token) > 0, sql);
        }
    }

    private static async Task<IReadOnlyList<string>> HostsAsync(RabbitMqServer server) =>
        [.. (await server.Management.GetAsync("vhosts?columns=name"))!.AsArray().Select(h => (string)h!["name"]!).Where(n => n.StartsWith("sdfleet_chaos", StringComparison.Ordinal))];

    private static async Task<int> DatabasesAsync(string postgres)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*)::int FROM pg_database WHERE datname LIKE 'sdfleet_chaos%'", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> ContainersAsync(string azurite) =>
        await new BlobServiceClient(azurite).GetBlobContainersAsync(prefix: "sdfleet-chaos").CountAsync();
}
