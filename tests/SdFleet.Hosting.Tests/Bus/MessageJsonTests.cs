using System.Text.Json;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;

namespace SdFleet.Hosting.Tests.Bus;

public sealed class MessageJsonTests
{
    private const string Id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

    [Theory]
    [InlineData(typeof(JobReports), """{"started":null}""")]
    [InlineData(typeof(JobReports), """{"completed":[null]}""")]
    [InlineData(typeof(JobReports), $$"""{"failed":[{"jobId":"{{Id}}","attempt":1,"workerId":"w","errorClass":"evicted","reason":null,"at":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData(typeof(JobCompleted), $$"""{"jobId":"{{Id}}","attempt":1,"workerId":"w","images":null,"at":"2026-01-01T00:00:00Z"}""")]
    [InlineData(typeof(JobCompleted), $$"""{"jobId":"{{Id}}","attempt":1,"workerId":"w","images":[null],"at":"2026-01-01T00:00:00Z"}""")]
    [InlineData(typeof(AttemptsUnwanted), """{"attempts":[null]}""")]
    [InlineData(typeof(SubmitBatch), $$"""{"id":"{{Id}}","tenant":"t","name":"n","submittedAt":"2026-01-01T00:00:00Z","parts":[{"lines":1,"bytes":1,"sha256":null}]}""")]
    public void Read_NullWhereTheContractsHaveNone_IsNoMessage(Type type, string body) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(body, type, MessageJson.Options));

    [Fact]
    public void Read_NullWhereTheContractsAllowIt_IsAsIfItWereLeftOut()
    {
        var job = JsonSerializer.Deserialize<SubmitJob>("""{"prompt":null,"loras":null,"webhook":null,"steps":5}""", MessageJson.Options);
        var reports = JsonSerializer.Deserialize<JobReports>($$"""{"started":[{"jobId":"{{Id}}","attempt":1,"workerId":"w","at":"2026-01-01T00:00:00Z"}]}""", MessageJson.Options);

        Assert.Equal(new SubmitJob { Steps = 5 }, job);
        Assert.Equal("w", Assert.Single(reports!.Started).WorkerId);
        Assert.Empty(reports.Completed);
    }

    [Fact]
    public void Read_TypesOfOthers_AsBefore() =>
        Assert.Null(JsonSerializer.Deserialize<KeyValuePair<string, string>>("""{"key":"k","value":null}""", MessageJson.Options).Value);
}
