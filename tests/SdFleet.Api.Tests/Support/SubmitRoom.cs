using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;

namespace SdFleet.Api.Tests.Support;

/// <summary>Stands where the coordinator would: keeps what is submitted.</summary>
public sealed class SubmitRoom : IFleetBusRoom
{
    private readonly ConcurrentQueue<Submission> _seen = new();

    public sealed record Submission(SubmitJob Job, ActivityTraceId? TraceId);

    public void AddConsumers(IBusRegistrationConfigurator registration)
    {
    }

    /// <summary>What happens to a message on its way to the broker.</summary>
    public Func<PublishContext, Task> OnPublish { get; set; } = _ => Task.CompletedTask;

    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        bus.ConfigurePublish(pipe => pipe.UseExecuteAsync(message => OnPublish(message)));
        bus.FleetEndpoint(Topology.SubmitQueue, prefetch: 16, endpoint => endpoint.Handler<SubmitJob>(message =>
        {
            _seen.Enqueue(new Submission(message.Message, Activity.Current?.TraceId));
            return Task.CompletedTask;
        }));
    }

    public bool Has(Guid id) => _seen.Any(s => s.Job.Id == id);

    public int Count(Guid id) => _seen.Count(s => s.Job.Id == id);

    public async Task<Submission> WaitForAsync(Guid id)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (_seen.FirstOrDefault(s => s.Job.Id == id) is { } found)
            {
                return found;
            }

            await Task.Delay(10, deadline.Token);
        }
    }
}
