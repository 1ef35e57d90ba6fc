using System.Net;
using SdFleet.Api.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Api.Tests.Jobs;

/// <summary>What only a real broker shows.</summary>
public sealed class BrokerTests
{
    [Fact]
    public async Task Submit_TheCoordinatorsQueueIsThere_IsAccepted()
    {
        await using var host = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        await using var api = await ApiServer.StartAsync(Settings(host));
        HttpResponseMessage response;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        do
        {
            // The bus starts in the background.
            response = await api.SubmitAsync("""{"prompt":"a red circle"}""");
            deadline.Token.ThrowIfCancellationRequested();
        }
        while (response.StatusCode == HttpStatusCode.ServiceUnavailable);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var id = (await ApiServer.JsonAsync(response))["id"]!.GetValue<Guid>();
        var job = (await api.Submissions.WaitForAsync(id)).Job;
        Assert.Equal(("a red circle", "default"), (job.Prompt, job.Tenant));
        response.Dispose();
    }

    [Fact]
    public async Task Submit_NoQueueYet_IsNotAccepted()
    {
        await using var host = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        await using var api = await ApiServer.StartAsync(Settings(host), withCoordinator: false);
        using var response = await api.SubmitAsync("""{"prompt":"a red circle"}""");

        await AssertProblem.OfAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Contains(api.Logs.Lines, l => l.Contains("No queue takes SubmitJob", StringComparison.Ordinal));
    }

    private static Dictionary<string, string?> Settings(RabbitMqVirtualHost host) => new()
    {
        ["SdFleet:Transport:Kind"] = "RabbitMq",
        ["SdFleet:Transport:Uri"] = host.Uri.ToString(),
        ["SdFleet:Api:PublishTimeout"] = "00:00:45",
    };
}
