using Npgsql;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>A submission that PostgreSQL refuses, on a real broker, whose acknowledgements go in order: it must not hold up the queue.</summary>
public sealed class RefusedSubmissionTests
{
    [Fact]
    public async Task Submission_ThatTheDatabaseRefuses_EndsInTheRejectedQueueAndHoldsUpNoOther()
    {
        await using var fleet = await SyntheticFleet.StartAsync();
        var refused = Guid.NewGuid();
        await ExecuteAsync(fleet, $"ALTER TABLE jobs ADD CONSTRAINT refusal CHECK (id <> '{refused}')");
        Assert.True(await fleet.Broker.PublishAsync(Topology.SubmitExchange, "", $$"""{"id":"{{refused}}","prompt":"no"}"""));

        // One by one, so that each is a batch of its own to the receiver, which takes two at a time.
        for (var i = 0; i < 6; i++)
        {
            await fleet.UntilAsync(await fleet.SubmitAsync($"a red circle, {i}"), job => job.State == JobState.Released);
        }

        await using var queue = await RejectedQueue.OpenAsync(fleet.Broker.Uri, default);
        var rejection = await OnlyAsync(queue);
        Assert.Equal(refused, rejection.JobId);
        Assert.Contains("refusal", Assert.Single(rejection.Errors).Value, StringComparison.Ordinal);
        Assert.Null(await fleet.Store.FindJobAsync(refused, default));

        await ExecuteAsync(fleet, "ALTER TABLE jobs DROP CONSTRAINT refusal");
        Assert.Single((await queue.ReplayAsync(r => r.JobId == refused, 10, default)).Submitted);
        Assert.Equal("no", (await fleet.UntilAsync(refused, job => job.State == JobState.Released)).Recipe!.Prompt);
    }

    private static async Task<SubmissionRejected> OnlyAsync(RejectedQueue queue)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            if (await queue.ListAsync(10, deadline.Token) is { Count: > 0 } rejections)
            {
                return Assert.Single(rejections);
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    private static async Task ExecuteAsync(SyntheticFleet fleet, string sql)
    {
        await using var connection = new NpgsqlConnection(fleet.Settings["SdFleet__JobStore__ConnectionString"]);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
