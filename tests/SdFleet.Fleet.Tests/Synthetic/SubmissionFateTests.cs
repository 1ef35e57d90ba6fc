using System.Text.Json.Nodes;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>Where messages end that are not in order; on a real broker, published as by an integrator.</summary>
public sealed class SubmissionFateTests(PolicedFleet policed) : IClassFixture<PolicedFleet>
{
    private readonly SyntheticFleet _fleet = policed.Fleet;

    [Fact]
    public async Task Malformed_IsRejectedWithItsReason()
    {
        await PublishAsync("{\"id\": ");
        Assert.Equal(["body"], await RejectedFieldsAsync(r => (string)r["body"]! == "{\"id\": "));
    }

    [Fact]
    public async Task Oversized_IsRejectedWithTheLimit()
    {
        var id = Guid.NewGuid();
        await PublishAsync(Body(id, prompt: new string('x', 70_000)));
        Assert.Equal(["body"], await RejectedFieldsAsync(r => ((string)r["body"]!).Contains(id.ToString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unauthorised_WithoutAUserOrForAnotherTenant_IsRejectedAndLeavesNoTrace()
    {
        var (nobodys, others) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(await _fleet.Broker.PublishAsync(Topology.SubmitExchange, "", Body(nobodys)));
        await PublishAsync(Body(others, tenant: "globex"));

        Assert.Equal(["user_id"], await RejectedFieldsAsync(IsAbout(nobodys)));
        Assert.Equal(["tenant"], await RejectedFieldsAsync(IsAbout(others)));
        Assert.Null(await _fleet.Store.FindJobAsync(nobodys, default));
        Assert.Null(await _fleet.Store.FindJobAsync(others, default));
    }

    [Fact]
    public async Task Duplicate_IsOneJob_AndAnotherBodyUnderItsIdIsRejected()
    {
        var id = Guid.NewGuid();
        await PublishAsync(Body(id));
        await PublishAsync(Body(id));
        var job = await _fleet.UntilAsync(id, j => j.State == JobState.Released);

        await PublishAsync(Body(id, prompt: "something else"));

        Assert.Equal(["id"], await RejectedFieldsAsync(IsAbout(id)));
        var after = await _fleet.Store.FindJobAsync(id, default);
        Assert.Equal((job.Recipe, JobState.Released, 1), (after!.Recipe, after.State, after.Attempt));
    }

    [Fact]
    public async Task Unroutable_FindsItsWayByTheAlternateExchange()
    {
        await _fleet.Broker.UnbindAsync(Topology.SubmitExchange, Topology.SubmitQueue);
        try
        {
            var id = Guid.NewGuid();
            await PublishAsync(Body(id));
            await _fleet.UntilAsync(id, j => j.State == JobState.Released);
        }
        finally
        {
            await _fleet.Broker.BindAsync(Topology.SubmitExchange, Topology.SubmitQueue);
        }
    }

    [Fact]
    public async Task DeadLetter_OfAnAttempt_EndsAsAFailedJobWithTheReason()
    {
        var policy = await _fleet.Broker.GetQueueAsync(Topology.WorkQueue("shapes", Lane.Bulk));
        Assert.Equal("sdfleet-dead-letters", (string?)policy!["policy"]);

        // Nobody works here: every message of the bulk lane is this one.
        var id = Guid.NewGuid();
        await PublishAsync(Body(id, lane: "bulk"));
        await _fleet.UntilAsync(id, j => j.State == JobState.Released);
        var message = await TakeOneAsync(Topology.WorkQueue("shapes", Lane.Bulk));
        var death = new Dictionary<string, string>
        {
            ["x-first-death-queue"] = Topology.WorkQueue("shapes", Lane.Bulk), ["x-first-death-reason"] = "rejected",
        };
        Assert.True(await _fleet.Broker.PublishAsync(Topology.DeadQueue, "", (string)message["payload"]!, death));

        var job = await _fleet.UntilTerminalAsync(id);
        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("rejected", job.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_FromTheCommandLine_IsCountedListedAndReplayed()
    {
        var id = Guid.NewGuid();
        var other = await _fleet.SubmitAsync("counts as one too");
        Assert.True(await _fleet.Broker.PublishAsync(Topology.SubmitExchange, "", Body(id)));
        await RejectedFieldsAsync(IsAbout(id));
        await RejectedFieldsAsync(IsAbout(other));

        var count = await CommandAsync("rejected", "count");
        Assert.True(int.Parse(Assert.Single(count), System.Globalization.CultureInfo.InvariantCulture) >= 2);
        Assert.Contains("user_id is missing", Assert.Single(await CommandAsync("rejected", "list"), l => l.Contains(id.ToString(), StringComparison.Ordinal)), StringComparison.Ordinal);

        // Nobody had signed it. Whoever replays it does, and this one may.
        var replayed = await CommandAsync("rejected", "replay", "--id", id.ToString());
        Assert.Contains("1 submitted again.", replayed);
        await _fleet.UntilAsync(id, j => j.State == JobState.Released);
        Assert.DoesNotContain(await CommandAsync("rejected", "list"), l => l.Contains(id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task RejectedBatch_Replayed_IsLeftAndNotSubmittedAsAJob()
    {
        var id = Guid.NewGuid();
        var rejection = $$"""{"batchId":"{{id}}","errors":[{"field":"id","limit":"an id that no other batch has"}],"body":"{}","at":"2026-01-01T00:00:00Z"}""";
        Assert.True(await _fleet.Broker.PublishAsync(Topology.RejectedQueue, "", rejection));

        var replayed = await CommandAsync("rejected", "replay", "--id", id.ToString());

        Assert.Contains("0 submitted again.", replayed);
        Assert.Contains(replayed, l => l.StartsWith($"Batch {id} is not", StringComparison.Ordinal));
        Assert.Single(await CommandAsync("rejected", "list"), l => l.Contains($"batch {id}", StringComparison.Ordinal));
    }

    private static string Body(Guid id, string tenant = PolicedFleet.Tenant, string prompt = "a red circle", string lane = "normal") =>
        $$"""{"id":"{{id}}","tenant":"{{tenant}}","prompt":"{{prompt}}","lane":"{{lane}}"}""";

    private static Func<JsonNode, bool> IsAbout(Guid id) => r => (string?)r["jobId"] == id.ToString();

    // Once more where the broker does not confirm, as publishers do: then there may be two.
    private async Task PublishAsync(string body)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Assert.True(await _fleet.Broker.PublishAsync(Topology.SubmitExchange, "", body, userId: policed.User));
                return;
            }
            catch (TaskCanceledException) when (tries < 4)
            {
                // It answered nothing in time.
            }
        }
    }

    // The fields of the rejection that matches; looking leaves the queue as it is.
    private async Task<IEnumerable<string>> RejectedFieldsAsync(Func<JsonNode, bool> matches)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            var lines = await CommandAsync("rejected", "list", "--json");
            var found = lines.Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!).Where(matches).ToList();
            if (found.Count > 0)
            {
                var fields = found.ConvertAll(r => r["errors"]!.AsArray().Select(e => (string)e!["field"]!).ToList());
                Assert.All(fields, f => Assert.Equal(fields[0], f));
                return fields[0];
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    // A job is released in the store a moment before its message is on the broker.
    private async Task<JsonNode> TakeOneAsync(string queue)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            if (await _fleet.Broker.TakeAsync(queue) is { Count: > 0 } messages)
            {
                return Assert.Single(messages);
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    private async Task<IReadOnlyList<string>> CommandAsync(params string[] arguments)
    {
        await using var command = FleetProcess.Start("SdFleet.Cli", environment: null, [.. arguments, "--broker", _fleet.Broker.Uri.ToString()]);
        Assert.True(await command.WaitForExitAsync() == 0, command.Tail());
        return command.Output;
    }
}
