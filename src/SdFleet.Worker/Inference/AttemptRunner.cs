using System.Diagnostics;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Hosting.Bus;
using SdFleet.Storage;
using SdFleet.Worker.Devices;
using SdFleet.Worker.Filtering;
using SdFleet.Worker.Guarding;
using SdFleet.Worker.Models;
using SdFleet.Worker.Output;
using SdFleet.Worker.Reporting;

namespace SdFleet.Worker.Inference;

/// <summary>
/// Carries one attempt from message to report: through the model, into the store, and only then to the coordinator. When it
/// returns, the attempt's end is with the broker; when it throws, the message has to be delivered again.
/// </summary>
internal sealed partial class AttemptRunner(
    LoadedModel model,
    Drawing drawing,
    FinishedImages output,
    FleetPublisher publisher,
    ReportOutbox outbox,
    AttemptsInHand attempts,
    WorkerIdentity identity,
    DevicePrice price,
    IOptions<WorkerOptions> options,
    TimeProvider clock,
    ILogger<AttemptRunner> logger)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CompletionPause = TimeSpan.FromSeconds(1);

    // With what the attempt may wait for the store before, well within the half hour after which the broker takes back what nobody acknowledges.
    private static readonly TimeSpan CompletionPatience = TimeSpan.FromMinutes(5);

    /// <summary>Does an attempt. One that is being done here, or was, is not begun again, though its message may come twice.</summary>
    /// <param name="work">The attempt.</param>
    /// <param name="stopping">Ends when the worker has to give back what it holds.</param>
    public async Task RunAsync(GenerateImages work, CancellationToken stopping)
    {
        var arrived = clock.GetTimestamp();
        var attempt = new HeldAttempt(work.JobId, work.Attempt);
        using var held = attempts.Hold(attempt, stopping);
        if (held is null)
        {
            LogRepeated(work.JobId, work.Attempt);

            // What is in hand will be reported. What is over was reported: to a job store that knows of its end, this says nothing new,
            // and one that went back to a backup goes on with another attempt.
            if (!attempts.IsHeld(attempt))
            {
                await GiveBackAsync(work, "Its message came twice; this worker has ended it before.").ConfigureAwait(false);
            }

            return;
        }

        // Not waited for before the end: what is said of a job arrives in order, and of a short one together.
        var started = Task.CompletedTask;
        IReadOnlyList<ImageRecord> records;
        var wait = new StoreWait();
        try
        {
            if (work.Recipe.ModelDigest is { } wanted && wanted != model.Model.Digest)
            {
                throw new WrongModelException(wanted, model.Model.Digest);
            }

            var pictures = await drawing.RunAsync(
                work,
                wait,
                () => started = StartedAsync(work),
                ProgressOf(work),
                images => CheckImages(work, images),
                held.Stopping).ConfigureAwait(false);
            records = await output.StoreAsync(work, pictures, wait, held.Stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever ended the attempt is classified and reported; the coordinator decides what follows.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // An attempt that nobody waits for is acknowledged without a word, however it ended.
            if (!held.IsUnwanted)
            {
                await FailAsync(work, error, arrived, stopping).ConfigureAwait(false);
            }

            await started.ConfigureAwait(false);
            return;
        }

        attempts.Count(work.Recipe, records);
        WorkerMetrics.Images.Add(records.Count, WorkerMetrics.Model(work.Recipe.Model));
        WorkerMetrics.RequestDuration.Record(clock.GetElapsedTime(arrived).TotalSeconds, GenAiTags.Of(work.Recipe.Model, error: null));
        var seconds = records.Sum(r => r.Timings.GpuSeconds);
        WorkerMetrics.GpuTime.Add(seconds, WorkerMetrics.Model(work.Recipe.Model));
        if (price.Of(seconds) is { } cost)
        {
            WorkerMetrics.GpuCost.Add(cost, WorkerMetrics.Model(work.Recipe.Model));
        }

        await CompleteAsync(
            new JobCompleted { JobId = work.JobId, Attempt = work.Attempt, WorkerId = identity.Id, Images = records, At = clock.GetUtcNow() }, held.Stopping)
            .ConfigureAwait(false);
        await started.ConfigureAwait(false);
    }

    // Given up, its message would come again, and the whole job be made again for the sake of one report. A success counts whichever
    // attempt it is of and however often it is told.
    private async Task CompleteAsync(JobCompleted report, CancellationToken stopping)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await outbox.SendAsync(report).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when ((e is BrokerUnavailableException or OperationCanceledException) && !stopping.IsCancellationRequested && clock.GetElapsedTime(began) < CompletionPatience)
            {
                LogNotConfirmed(report.JobId, report.Attempt, e.Message);
            }

            await Task.Delay(CompletionPause, clock, stopping).ConfigureAwait(false);
        }
    }

    private Task StartedAsync(GenerateImages work)
    {
        WorkerMetrics.QueueWait.Record(
            Math.Max(0, (clock.GetUtcNow() - work.SubmittedAt).TotalSeconds), WorkerMetrics.Model(work.Recipe.Model), new("sdfleet.lane", work.Lane.ToString()));
        return TryReportAsync(StartOf(work), outbox.SendAsync);
    }

    private void CheckImages(GenerateImages work, IReadOnlyList<GeneratedImage> images)
    {
        // A guard that was asked for takes such a picture out, with its record, and the others are kept.
        if (work.Recipe.Filters is not { Blank: true } && images.Select(image => image.WhyUnusable).FirstOrDefault(reason => reason is not null) is { } reason)
        {
            throw new DefectiveImageException(reason);
        }

        foreach (var image in images)
        {
            if (image.DecodedAgain)
            {
                LogDecodedAgain(work.JobId, image.Seed);
            }

            if (image.Defects != ImageDefects.None)
            {
                LogDefects(work.JobId, image.Seed, image.Defects);
            }

            if (image.IsUnsafe == true)
            {
                LogUnsafe(work.JobId, image.Seed, image.Task.SafetyCheck == SafetyCheck.Blank ? "made black" : "stored as it is");
            }
        }
    }

    /// <summary>
    /// Ends an attempt that was delivered before, and not ended: its worker may have died of it, so whether it is tried again is
    /// not for the broker to decide, which would deliver it for ever. One that is still in hand here tells of its end itself. That comes
    /// soon where the connection is lost: the message's token ends with it, and is heeded, as MassTransit's bus may never connect again
    /// while a consumer of the connection before is at work.
    /// </summary>
    public Task GiveBackAsync(GenerateImages work) => attempts.IsHeld(new HeldAttempt(work.JobId, work.Attempt))
        ? Task.CompletedTask
        : GiveBackAsync(work, "The worker that had it went away, or lost its connection to the broker.");

    private Task GiveBackAsync(GenerateImages work, string reason) => outbox.SendAsync(
        new JobFailed
        {
            JobId = work.JobId,
            Attempt = work.Attempt,
            WorkerId = identity.Id,
            ErrorClass = ErrorClass.Evicted,
            Reason = reason,
            At = clock.GetUtcNow(),
        });

    private static ErrorClass Classify(Exception error, CancellationToken stopping) => error switch
    {
        OperationCanceledException when stopping.IsCancellationRequested => ErrorClass.Evicted,
        ArgumentException => ErrorClass.Invalid,
        DefectiveImageException or ArtifactStoreException { IsDamage: true } => ErrorClass.Permanent,

        // Waited for as long as may be (StorePatience). The job can do nothing about it, and is told apart from one whose worker went away.
        ArtifactStoreException => ErrorClass.Evicted,

        // A device that failed once, had too little memory for even one picture, or weights that are not the job's, need not be so
        // the next time, here or elsewhere; the coordinator counts.
        _ => ErrorClass.Transient,
    };

    private Task FailAsync(GenerateImages work, Exception error, long arrived, CancellationToken stopping)
    {
        var errorClass = Classify(error, stopping);
        WorkerMetrics.Failures.Add(1, new KeyValuePair<string, object?>("error.type", errorClass.ToString()));
        WorkerMetrics.RequestDuration.Record(clock.GetElapsedTime(arrived).TotalSeconds, GenAiTags.Of(work.Recipe.Model, errorClass));
        var isToldToStop = errorClass == ErrorClass.Evicted && error is OperationCanceledException;
        if (!isToldToStop)
        {
            // Nothing is thrown to whoever holds the span, and a sampler that keeps failures goes by it.
            Activity.Current?.SetTag("error.type", errorClass.ToString()).SetStatus(ActivityStatusCode.Error, error.Message);
            LogFailed(error, work.JobId, work.Attempt, errorClass);
        }

        return outbox.SendAsync(
            new JobFailed
            {
                JobId = work.JobId,
                Attempt = work.Attempt,
                WorkerId = identity.Id,
                ErrorClass = errorClass,
                Reason = isToldToStop ? "The worker was told to stop, or lost its connection to the broker." : error.Message,
                StoreAway = error is ArtifactStoreException { IsDamage: false },
                At = clock.GetUtcNow(),
            });
    }

    private JobStarted StartOf(GenerateImages work) =>
        new() { JobId = work.JobId, Attempt = work.Attempt, WorkerId = identity.Id, At = clock.GetUtcNow() };

    private Action<int, int> ProgressOf(GenerateImages work)
    {
        var last = clock.GetTimestamp();
        return (step, steps) =>
        {
            if (clock.GetElapsedTime(last) < ProgressInterval || step == steps)
            {
                return;
            }

            last = clock.GetTimestamp();
            var report = new JobProgress
            {
                JobId = work.JobId, Attempt = work.Attempt, WorkerId = identity.Id, Step = step, Steps = steps, At = clock.GetUtcNow(),
            };
            // Not waited for: the model goes on, and a lost report of progress harms nobody.
            _ = Task.Run(() => TryReportAsync(report, SendAsync));
        };
    }

    // For what the coordinator can do without: the end of an attempt says all that its start and progress would have.
    private async Task TryReportAsync<T>(T report, Func<T, Task> send)
    {
        try
        {
            await send(report).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BrokerUnavailableException or OperationCanceledException)
        {
            LogReportLost(typeof(T).Name, e.Message);
        }
    }

    private async Task SendAsync(JobProgress report)
    {
        using var deadline = new CancellationTokenSource(options.Value.PublishTimeout, clock);
        await publisher.ReportAsync(report, deadline.Token).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}, attempt {Attempt}, came twice, and is not begun again")]
    private partial void LogRepeated(Guid jobId, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId}, seed {Seed}: the half-precision decoder overflowed; decoded in float32")]
    private partial void LogDecodedAgain(Guid jobId, long seed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}, seed {Seed}: the picture may be none: {Defects}")]
    private partial void LogDefects(Guid jobId, long seed, ImageDefects defects);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}, seed {Seed}: the safety checker objects; {Action}")]
    private partial void LogUnsafe(Guid jobId, long seed, string action);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId}, attempt {Attempt}, ended as {ErrorClass}")]
    private partial void LogFailed(Exception error, Guid jobId, int attempt, ErrorClass errorClass);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}, attempt {Attempt}, is done, and the broker has not confirmed the report; it is sent again: {Reason}")]
    private partial void LogNotConfirmed(Guid jobId, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Report} did not reach the coordinator: {Reason}")]
    private partial void LogReportLost(string report, string reason);
}
