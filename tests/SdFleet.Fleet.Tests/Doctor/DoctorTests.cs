using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using SdFleet.Fleet.Tests.Synthetic;
using SdFleet.JobStore;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Doctor;

/// <summary><c>sdfleet doctor</c> on real servers: a fleet that is well, and each thing that can be wrong with its advice.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task RunningFleet_IsWell()
    {
        var server = await RabbitMqServer.GetAsync();
        await using var fleet = await SyntheticFleet.StartAsync(server, ("SdFleet__Transport__Management", server.Management.Address.ToString()));
        await fleet.StartWorkerAsync(TimeSpan.FromMilliseconds(1));
        await fleet.UntilTerminalAsync(await fleet.SubmitAsync("a picture"));
        var version = (string)(await server.Management.GetAsync("overview"))!["rabbitmq_version"]!;

        // The policies are set once the queues are there. All of them have to be well at one time.
        var (exitCode, findings) = await DoctorAsync(fleet.Settings);
        for (var i = 0; i < 50 && (exitCode != 0 || State(findings, "policies") != "ok"); i++)
        {
            await Task.Delay(200);
            (exitCode, findings) = await DoctorAsync(fleet.Settings);
        }

        Assert.True(exitCode == 0, string.Join('\n', findings.Select(f => f.ToJsonString())));
        Assert.Equal(
            ["configuration", "broker", "permissions", "topology", "dead letters", "policies", "queue types", "clocks", "database", "clocks", "schema", "versions", "artifacts", "models"],
            findings.Select(f => (string)f["check"]!));
        Assert.All(findings, f => Assert.Equal(
            (string)f["check"]! switch
            {
                "broker" when int.Parse(version.Split('.')[0], CultureInfo.InvariantCulture) < 4 => "warn",
                "models" => "skipped",
                _ => "ok",
            },
            (string)f["state"]!));
        Assert.Contains("1 workers, all ", Text(findings, "versions"), StringComparison.Ordinal);
        Assert.Contains($"RabbitMQ {version} at ", Text(findings, "broker"), StringComparison.Ordinal);
        Assert.Contains("9 queues", Text(findings, "topology"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_WhatIsWrong_IsSaidWithWhatToDo()
    {
        var server = await RabbitMqServer.GetAsync();
        await using var host = await server.CreateVirtualHostAsync();
        var stranger = $"stranger-{Guid.NewGuid():N}";
        await server.Management.PutAsync($"users/{stranger}", new { password = "secret", tags = "" });
        try
        {
            await AssertAsync(new UriBuilder(host.Uri) { Password = "wrong" }.Uri, "broker", "fail", "check user and password in SdFleet:Transport:Uri");
            await AssertAsync(new UriBuilder(host.Uri) { Path = "/nowhere" }.Uri, "broker", "fail", "There is no virtual host \"nowhere\"");
            await AssertAsync(new UriBuilder(host.Uri) { Port = FreePort.Next() }.Uri, "broker", "fail", "Check that the broker is up");
            await AssertAsync(new UriBuilder(host.Uri) { UserName = stranger, Password = "secret" }.Uri, "broker", "fail", $"set_permissions -p {host.Name} {stranger}");
            await server.Management.PutAsync($"permissions/{host.Name}/{stranger}", new { configure = "^nothing$", write = ".*", read = ".*" });
            await AssertAsync(new UriBuilder(host.Uri) { UserName = stranger, Password = "secret" }.Uri, "permissions", "fail", "ACCESS_REFUSED");
            await AssertAsync(new UriBuilder(host.Uri) { UserName = stranger, Password = "secret" }.Uri, "policies", "warn", "refuses the broker's user (401)");
            await AssertAsync(host.Uri, "topology", "fail", "sdfleet.work.shapes.bulk");
            await AssertAsync(host.Uri, "policies", "warn", "sdfleet-dead-letters is missing");
        }
        finally
        {
            await server.Management.DeleteAsync($"users/{stranger}");
        }

        async Task AssertAsync(Uri uri, string check, string state, string text)
        {
            var (exitCode, findings) = await DoctorAsync(new Dictionary<string, string?>
            {
                ["SdFleet__Transport__Kind"] = "RabbitMq",
                ["SdFleet__Transport__Uri"] = uri.ToString(),
                ["SdFleet__Transport__Management"] = server.Management.Address.ToString(),
                ["SdFleet__Models__0__Name"] = "shapes",
            });

            Assert.Equal(1, exitCode);
            var finding = Assert.Single(findings, f => (string)f["check"]! == check);
            Assert.Equal(state, (string)finding["state"]!);
            Assert.Contains(text, Words(finding), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", string.Concat(findings.Select(Words)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task DeadLetters_AndQueuesOfAnotherType_AreFound()
    {
        var server = await RabbitMqServer.GetAsync();
        await using var host = await server.CreateVirtualHostAsync();
        await server.Management.PutAsync($"queues/{host.Name}/sdfleet.rejected", new { durable = true });
        Assert.True(await host.PublishAsync("", "sdfleet.rejected", "{}"));
        Assert.True(await host.PublishAsync("", "sdfleet.rejected", "{}"));

        var (_, findings) = await DoctorAsync(new Dictionary<string, string?>
        {
            ["SdFleet__Transport__Kind"] = "RabbitMq",
            ["SdFleet__Transport__Uri"] = host.Uri.ToString(),
            ["SdFleet__Transport__Management"] = server.Management.Address.ToString(),
        });

        Assert.Equal(("warn", "fail"), (State(findings, "dead letters"), State(findings, "queue types")));
        Assert.Contains("sdfleet.rejected has 2 rejected submissions", Text(findings, "dead letters"), StringComparison.Ordinal);
        Assert.Contains("sdfleet.rejected is classic", Text(findings, "queue types"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_WhatIsWrong_IsSaidWithWhatToDo()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();

        await AssertAsync(s => s.Password = "wrong", "database", "Check user and password");
        await AssertAsync(s => s.Database = "nowhere", "database", "Create that database");
        await AssertAsync(s => s.Port = FreePort.Next(), "database", "Check that the server is up");
        await AssertAsync(_ => { }, "schema", "the database is empty");
        await using (var store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = database.ConnectionString }))
        {
            await store.MigrateAsync(default);
        }

        var (exitCode, findings) = await DoctorAsync(Settings(database.ConnectionString));
        Assert.True(exitCode == 0, string.Join('\n', findings.Select(f => f.ToJsonString())));

        await ExecuteAsync("DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)");
        await AssertAsync(_ => { }, "schema", "it runs the missing migrations");
        await ExecuteAsync("INSERT INTO schema_version (version, name, applied_at) VALUES (9999, 'later', 0)");
        await AssertAsync(_ => { }, "schema", "A newer version has used this database");

        async Task ExecuteAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync();
#pragma warning disable CA2100 // the test's own statements
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        async Task AssertAsync(Action<NpgsqlConnectionStringBuilder> change, string check, string text)
        {
            var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            change(settings);
            var (exitCode, findings) = await DoctorAsync(Settings(settings.ConnectionString));

            Assert.Equal(1, exitCode);
            Assert.Equal("fail", State(findings, check));
            Assert.Contains(text, Words(Assert.Single(findings, f => (string)f["check"]! == check)), StringComparison.Ordinal);
        }

        static Dictionary<string, string?> Settings(string connectionString) => new()
        {
            ["SdFleet__JobStore__Kind"] = "Postgres",
            ["SdFleet__JobStore__ConnectionString"] = connectionString,
        };
    }

    [Fact]
    public async Task Artifacts_WhatIsWrong_IsSaidWithWhatToDo()
    {
        await using var container = await (await AzuriteServer.GetAsync()).CreateContainerAsync();
        var key = Regex.Match(container.ConnectionString, "AccountKey=([^;]*)").Groups[1].Value;
        var other = Convert.ToBase64String(new byte[64]);

        var (well, findings) = await DoctorAsync(Settings(container.ConnectionString, container.Name));
        Assert.Equal((0, "ok"), (well, State(findings, "artifacts")));
        Assert.Empty(container.Client.GetBlobs());

        // Only of the last one nobody answers.
        await AssertAsync(container.ConnectionString, "sdfleet-nowhere", 60, 0, "warn", "there is no such container");
        await AssertAsync(container.ConnectionString.Replace(key, other, StringComparison.Ordinal), container.Name, 60, 1, "fail", "Check the key or the signature");
        await AssertAsync(Regex.Replace(container.ConnectionString, @"127\.0\.0\.1:\d+", $"127.0.0.1:{FreePort.Next()}"), container.Name, 3, 1, "fail", "Check that");

        async Task AssertAsync(string connectionString, string name, int timeout, int expected, string state, string text)
        {
            var (exitCode, found) = await DoctorAsync(Settings(connectionString, name), "--timeout", $"{timeout}");

            Assert.Equal((expected, state), (exitCode, State(found, "artifacts")));
            Assert.Contains(text, Words(Assert.Single(found, f => (string)f["check"]! == "artifacts")), StringComparison.Ordinal);
            Assert.DoesNotContain(key, string.Concat(found.Select(Words)), StringComparison.Ordinal);
        }

        static Dictionary<string, string?> Settings(string connectionString, string name) => new()
        {
            ["SdFleet__Artifacts__Kind"] = "AzureBlob",
            ["SdFleet__Artifacts__ConnectionString"] = connectionString,
            ["SdFleet__Artifacts__Container"] = name,
        };
    }

    private static string Words(JsonObject finding) => $"{finding["text"]} {finding["advice"]}";

    private static string State(IEnumerable<JsonObject> findings, string check) => (string)findings.Single(f => (string)f["check"]! == check)["state"]!;

    private static string Text(IEnumerable<JsonObject> findings, string check) => (string)findings.Single(f => (string)f["check"]! == check)["text"]!;

    private static async Task<(int ExitCode, IReadOnlyList<JsonObject> Findings)> DoctorAsync(IReadOnlyDictionary<string, string?> settings, params string[] arguments)
    {
        await using var doctor = FleetProcess.Start("SdFleet.Cli", settings, ["doctor", "--json", .. arguments]);
        var exitCode = await doctor.WaitForExitAsync();
        return (exitCode, [.. doctor.Output.Select(line => JsonNode.Parse(line)!.AsObject())]);
    }
}
