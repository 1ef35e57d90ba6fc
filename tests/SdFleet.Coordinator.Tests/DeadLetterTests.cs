using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;

namespace SdFleet.Coordinator.Tests;

public sealed class DeadLetterTests
{
    [Fact]
    public async Task DeadLetter_ABatch_IsRejectedWithTheReason()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var batch = new SubmitBatch
        {
            Id = Guid.NewGuid(), Tenant = "acme", Name = "prompts", Parts = [new BatchPart(1, 20, new string('a', 64))], SubmittedAt = DateTimeOffset.UnixEpoch,
        };
        var body = JsonSerializer.Serialize(batch, ContractsJson.Options);

        await fleet.SendDeadAsync(body, Topology.BatchQueue);
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");

        var rejection = Assert.Single(fleet.Rejected);
        Assert.Equal((null, batch.Id, "acme", body), (rejection.JobId, rejection.BatchId, rejection.Tenant, rejection.Body));
        Assert.Contains("gave the message up in sdfleet.batches (delivery_limit)", Assert.Single(rejection.Errors).Value, StringComparison.Ordinal);
    }
}
