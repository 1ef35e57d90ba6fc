using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using SdFleet.Api.Tests.Support;

namespace SdFleet.Api.Tests.Jobs;

public sealed class TraceTests
{
    [Fact]
    public async Task Submit_WithTraceparent_GoesOnInTheMessageAndTagsItsSpan()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var api = await ApiServer.StartAsync();
        var trace = ActivityTraceId.CreateRandom();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = JsonContent.Create(new { prompt = "p" }) };
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using var response = await api.Client.SendAsync(request);

        var id = (await ApiServer.JsonAsync(response))["id"]!.GetValue<Guid>();
        Assert.Equal(trace, (await api.Submissions.WaitForAsync(id)).TraceId);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!spans.Any(s => s.TraceId == trace && s.Source.Name == "Microsoft.AspNetCore"))
        {
            await Task.Delay(10, deadline.Token);
        }

        var server = spans.First(s => s.TraceId == trace && s.Source.Name == "Microsoft.AspNetCore");
        Assert.Equal("POST", server.GetTagItem("http.request.method"));
        Assert.Equal("/v1/jobs", server.GetTagItem("url.path"));
        Assert.Contains(spans, s => s.TraceId == trace && s.Source.Name == "MassTransit");
    }
}
