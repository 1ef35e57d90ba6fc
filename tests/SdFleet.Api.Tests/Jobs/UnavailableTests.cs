using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Api.Tests.Support;

namespace SdFleet.Api.Tests.Jobs;

public sealed class UnavailableTests
{
    private const string Body = """{"prompt":"a red circle"}""";

    [Fact]
    public async Task Submit_BrokerIsAway_TellsTheClientToComeBackWithinTheDeadline()
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?>
        {
            ["SdFleet:Transport:Kind"] = "RabbitMq",
            ["SdFleet:Transport:Uri"] = $"amqp://guest:guest@127.0.0.1:{ClosedPort()}",
            ["SdFleet:Api:PublishTimeout"] = "00:00:01",
        });
        var id = Guid.NewGuid();
        var watch = Stopwatch.StartNew();
        using var response = await api.SubmitAsync($$"""{"id":"{{id}}","prompt":"p"}""");

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.Equal(id, problem["id"]!.GetValue<Guid>());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(50));

        using var ready = await api.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        using var live = await api.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready.StatusCode, live.StatusCode));
    }

    [Fact]
    public async Task Submit_BrokerDoesNotConfirm_TellsTheClientToComeBack()
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?> { ["SdFleet:Api:PublishTimeout"] = "00:00:01" });
        api.Submissions.OnPublish = message => Task.Delay(Timeout.Infinite, message.CancellationToken);
        using var response = await api.SubmitAsync(Body);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Contains("has not confirmed", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(api.Logs.Lines, l => l.Contains(problem["traceId"]!.GetValue<string>(), StringComparison.Ordinal) && l.Contains("within 00:00:01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_BrokerReturnsTheMessage_TellsTheClientToComeBack()
    {
        await using var api = await ApiServer.StartAsync();
        api.Submissions.OnPublish = _ => throw new MessageReturnedException("NO_ROUTE");
        using var response = await api.SubmitAsync(Body);

        await AssertProblem.OfAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Submit_AgainUnderTheIdOfTheAnswer_IsTheSameJob()
    {
        await using var api = await ApiServer.StartAsync();
        api.Submissions.OnPublish = _ => throw new MessageReturnedException("NO_ROUTE");
        using var refused = await api.SubmitAsync(Body, "key");
        var id = (await ApiServer.JsonAsync(refused))["id"]!.GetValue<Guid>();
        api.Submissions.OnPublish = _ => Task.CompletedTask;
        using var accepted = await api.SubmitAsync(Body, "key");

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(id, (await ApiServer.JsonAsync(accepted))["id"]!.GetValue<Guid>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_StoreIsAway_GoesToTheCoordinatorUnchecked(bool hangs)
    {
        await using var api = await ApiServer.StartAsync(after: services => services.AddSingleton(AbsentJobStore.Create(hangs)));
        var id = Guid.NewGuid();
        using var response = await api.SubmitAsync($$"""{"id":"{{id}}","prompt":"p"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await api.Submissions.WaitForAsync(id);
    }

    [Fact]
    public async Task Get_StoreIsAway_TellsTheClientToComeBack()
    {
        await using var api = await ApiServer.StartAsync(after: services => services.AddSingleton(AbsentJobStore.Create(hangs: false)));
        foreach (var path in new[] { $"/v1/jobs/{Guid.NewGuid()}", $"/v1/jobs/{Guid.NewGuid()}/images/0", "/v1/models", "/v1/workers" })
        {
            using var response = await api.Client.GetAsync(new Uri(path, UriKind.Relative));

            await AssertProblem.OfAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(response.Headers.RetryAfter);
        }
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("-00:00:01")]
    [InlineData("00:01:01")]
    public async Task Start_WrongPublishTimeout_SaysWhatIsWrong(string timeout)
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ApiServer.StartAsync(new Dictionary<string, string?> { ["SdFleet:Api:PublishTimeout"] = timeout }));

        Assert.Contains("SdFleet:Api:PublishTimeout", e.Message, StringComparison.Ordinal);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
