using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Bus;

namespace SdFleet.Api.Tests.Support;

/// <summary>Stands where the coordinator would: keeps what is submitted.</summary>
public sealed class SubmitRoom : IFleetBusRoom
{
    private readonly ConcurrentQueue<Submission> _seen = new();
    private readonly ConcurrentQueue<HeldAttempt> _stopped = new();

    private readonly ConcurrentQueue<SubmitBatch> _batches = new();

    public sealed record Submission(SubmitJob Job, ActivityTraceId? TraceId);

    public void AddConsumers(IBusRegistrationConfigurator registration)
    {
    }

    /// <summary>What happens to a message on its way to the broker.</summary>
    public Func<PublishContext, Task> OnPublish { get; set; } = _ => Task.CompletedTask;

    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        bus.ConfigurePublish(pipe => pipe.UseExecuteAsync(message => OnPublish(message)));
        bus.ControlEndpoint("test", endpoint => endpoint.Handler<AttemptsUnwanted>(message =>
        {
            foreach (var attempt in message.Message.Attempts)
            {
                _stopped.Enqueue(attempt);
            }

            return Task.CompletedTask;
        }));
        bus.FleetEndpoint(Topology.BatchQueue, prefetch: 16, endpoint => endpoint.Handler<SubmitBatch>(message =>
        {
            _batches.Enqueue(message.Message);
            return Task.CompletedTask;
        }));
        bus.FleetEndpoint(Topology.SubmitQueue, prefetch: 16, endpoint => endpoint.Handler<SubmitJob>(message =>
        {
            _seen.Enqueue(new Submission(message.Message, Activity.Current?.TraceId));
            return Task.CompletedTask;
        }));
    }

    public bool Has(Guid id) => _seen.Any(s => s.Job.Id == id);

    public int Count(Guid id) => _seen.Count(s => s.Job.Id == id);

    /// <summary>Waits until the workers are told to stop the attempt.</summary>
    public async Task WaitForStopAsync(HeldAttempt attempt)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!_stopped.Contains(attempt))
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    public async Task<SubmitBatch> WaitForBatchAsync(Guid id)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (_batches.FirstOrDefault(b => b.Id == id) is { } found)
            {
                return found;
            }

            await Task.Delay(10, deadline.Token);
        }
    }

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
