using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using SdFleet.Hosting.Health;
using SdFleet.Hosting.Telemetry;
using OpenTelemetry.Trace;
using SdFleet.TestServers.Telemetry;

namespace SdFleet.Hosting.Tests.Telemetry;

public sealed class FleetTelemetryTests
{
    [Fact]
    public async Task AddFleetTelemetry_HostStarted_RecordsAsTheNamedService()
    {
        using var source = new ActivitySource("SdFleet.Hosting.Tests");
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9";
        builder.Services.AddFleetTelemetry(builder.Configuration, "test-service");

        using var host = builder.Build();
        await host.StartAsync();
        using var activity = source.StartActivity("work");
        await host.StopAsync();

        Assert.NotNull(activity);
        var resource = host.Services.GetRequiredService<TracerProvider>().GetResource();
        Assert.Contains(resource.Attributes, a => a.Key == "service.name" && (string)a.Value == "test-service");
    }

    [Fact]
    public async Task Probes_LeaveNoSpans_NorDoesWhatTheyAskOfOthers()
    {
        using var source = new ActivitySource("SdFleet.Hosting.Tests");
        await using var receiver = await OtlpReceiver.StartAsync();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint.ToString();
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        builder.Services.AddFleetTelemetry(builder.Configuration, "probed");
        builder.Services.AddHealthChecks().AddPing("database", _ => token =>
        {
            using var asked = source.StartActivity("asked by a probe");
            return Task.CompletedTask;
        });
        await using (var app = builder.Build())
        {
            app.MapFleetHealth();
            app.MapGet("/work", () => "done");
            await app.StartAsync();

            // A probe, and a client who is not traced, send no context.
            using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.Single()) };
            Assert.Contains("Healthy", await client.GetStringAsync(new Uri("/health/live", UriKind.Relative)), StringComparison.Ordinal);
            Assert.Contains("database", await client.GetStringAsync(new Uri("/health/ready", UriKind.Relative)), StringComparison.Ordinal);
            Assert.Equal("done", await client.GetStringAsync(new Uri("/work", UriKind.Relative)));
            await app.StopAsync();
        }

        var spans = await receiver.WaitForSpansAsync(all => all.Any(s => s.Name == "GET /work"));
        Assert.DoesNotContain(spans, s => s.Name.Contains("health", StringComparison.Ordinal) || s.Name == "asked by a probe");
    }

    // Logs go the same way as traces and metrics, with what was filled into them.
    [Fact]
    public async Task AddFleetTelemetry_LogRecord_IsSent()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint.ToString();
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        builder.Services.AddFleetTelemetry(builder.Configuration, "test-service");
        using (var host = builder.Build())
        {
            await host.StartAsync();
            host.Services.GetRequiredService<ILogger<FleetTelemetryTests>>().LogWarning("The pump of tank {Tank} stands still", "north-7");
            await host.StopAsync();
        }

        // The last records are sent while the host is disposed of, which does not wait for long where the machine stands still.
        for (var waited = Stopwatch.StartNew(); !receiver.HasLog("north-7") && waited.Elapsed < TimeSpan.FromMinutes(1);)
        {
            await Task.Delay(20);
        }

        Assert.True(receiver.HasLog("north-7"));
        Assert.True(receiver.HasLog("test-service"));
        Assert.False(receiver.HasLog("south-8"));
    }
}
