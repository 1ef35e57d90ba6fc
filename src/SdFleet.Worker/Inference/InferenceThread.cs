using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tokenization;
using SdFleet.Worker.Guarding;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Inference;

/// <summary>
/// Runs the model on a thread of its own, so that native code that computes for seconds never holds up the threads that keep
/// the broker's connection alive. What waits and agrees in size, steps and whatever else a pass shares goes through the model together.
/// </summary>
internal sealed class InferenceThread : IDisposable
{
    private readonly BlockingCollection<InferenceItem> _queue = new(new ConcurrentQueue<InferenceItem>());
    private readonly LoadedModel _model;
    private readonly DeviceBreaker _breaker;
    private readonly WorkerEnd _end;
    private readonly int _maxImages;
    private readonly TimeSpan _stepTimeout;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private long _lastAdvance;
    private int _parts = 1;
    private int _running;

    public InferenceThread(LoadedModel model, DeviceBreaker breaker, WorkerEnd end, IOptions<WorkerOptions> options, TimeProvider clock)
    {
        _model = model;
        _breaker = breaker;
        _end = end;
        _maxImages = options.Value.MaxBatchImages;
        _stepTimeout = options.Value.StepTimeout;
        _clock = clock;
        _thread = new Thread(Run) { IsBackground = true, Name = "inference" };
        _thread.Start();
    }

    /// <summary>Whether the model is at work.</summary>
    public bool IsBusy => Volatile.Read(ref _running) > 0;

    /// <summary>How long ago a step ended or a pass began; zero where the model is idle.</summary>
    public TimeSpan SinceAdvance => IsBusy ? _clock.GetElapsedTime(Volatile.Read(ref _lastAdvance)) : TimeSpan.Zero;

    /// <summary>Whether the model has not moved for longer than it may.</summary>
    /// <param name="silence">For how long.</param>
    /// <param name="limit">
    /// What it may take now: the time of a step, and where pictures are encoded or decoded one after the other, so much for each of them.
    /// </param>
    public bool IsHung(out TimeSpan silence, out TimeSpan limit)
    {
        // In the other order than they are written: a limit that is just out of date is one that was kept.
        limit = _stepTimeout * Volatile.Read(ref _parts);
        silence = SinceAdvance;
        return silence > limit;
    }

    /// <summary>Hands over an attempt.</summary>
    public void Enqueue(InferenceItem item)
    {
        if (!_queue.TryAdd(item))
        {
            item.Fail(new OperationCanceledException());
        }
    }

    /// <summary>Takes nothing more, and ends with the pass that is running.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        // A model that hangs must not keep the process: as a background thread it ends with it.
        if (_thread.Join(TimeSpan.FromSeconds(10)))
        {
            _queue.Dispose();
        }
    }

    private void Run()
    {
        InferenceItem? next = null;
        while (next is not null || _queue.TryTake(out next, Timeout.Infinite))
        {
            var batch = new List<InferenceItem> { next };
            var images = next.Tasks.Count;
            next = null;
            while (images < _maxImages && _queue.TryTake(out var item))
            {
                if (!batch[0].GoesWith(item) || images + item.Tasks.Count > _maxImages)
                {
                    // It begins the next pass, so that nothing overtakes it for ever.
                    next = item;
                    break;
                }

                batch.Add(item);
                images += item.Tasks.Count;
            }

            RunBatch(batch);
        }
    }

    private void RunBatch(List<InferenceItem> batch)
    {
        if (_breaker.IsOpen)
        {
            // Kept until the worker stops, and given back then. Given back at once they would come again at once.
            batch.ForEach(item => item.CancellationToken.Register(() => item.Fail(new OperationCanceledException())));
            return;
        }

        batch.RemoveAll(item =>
        {
            if (item.CancellationToken.IsCancellationRequested)
            {
                item.Fail(new OperationCanceledException());
                return true;
            }

            return false;
        });
        if (batch.Count == 0)
        {
            return;
        }

        // A pass is given up only when all of its jobs are; one that is not wanted any more costs the others nothing.
        using var cancelled = new CancellationTokenSource();
        var left = batch.Count;
        var registrations = batch.ConvertAll(item => item.CancellationToken.Register(() =>
        {
            item.Fail(new OperationCanceledException());
            if (Interlocked.Decrement(ref left) == 0)
            {
                cancelled.Cancel();
            }
        }));
        Advance(parts: 1);
        Volatile.Write(ref _running, 1);
        batch.ForEach(item => item.Start());
        var startedAt = _clock.GetUtcNow();
        var isRefused = false;
        try
        {
            using var activity = WorkerActivity.Source.StartActivity("generate", ActivityKind.Internal, batch[0].Trace);
            activity.AsGeneration(batch[0].Work.Recipe.Model)?.SetTag("sdfleet.batch.jobs", batch.Count);
            var images = Generate(batch, cancelled.Token);
            activity?.Stop();
            _breaker.Succeeded();
            Distribute(batch, images, startedAt, activity);
        }
        catch (ArgumentException) when (batch.Count > 1)
        {
            isRefused = true;
        }
#pragma warning disable CA1031 // Each job's consumer classifies and reports it; this thread must live.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (_breaker.Failed(batch.Select(item => item.Work.JobId), error))
            {
                _end.Drain(WorkerEnd.DeviceFaults, $"the device failed too often in a row (SdFleet:Worker:MaxDeviceFaults), last so: {error.Message}");
            }

            batch.ForEach(item => item.Fail(error));
        }
        finally
        {
            Volatile.Write(ref _running, 0);
            registrations.ForEach(r => r.Dispose());
        }

        if (isRefused)
        {
            // One of them asks for what the model does not do, such as leaving out more layers than there are: the others must not fail for it.
            batch.ForEach(item => RunBatch([item]));
        }
    }

    // One job may ask for more than the device takes at once.
    private List<GeneratedImage> Generate(List<InferenceItem> batch, CancellationToken cancellationToken)
    {
        var images = new List<GeneratedImage>();
        var slices = batch.SelectMany(item => item.Tasks).Chunk(_maxImages).ToList();
        foreach (var (index, slice) in slices.Index())
        {
            var started = _clock.GetTimestamp();

            // The pictures that it begins with are encoded.
            Advance(slice[0].InitImage is null ? 1 : slice.Length);
            var pass = _model.Model.Generate(slice, batch[0].Settings, new StepReport(this, batch, slice, index, slices.Count), cancellationToken);
            WorkerMetrics.PassDuration.Record(_clock.GetElapsedTime(started).TotalSeconds);
            // Smaller than asked for where memory did not last for all.
            WorkerMetrics.BatchSize.Record(pass.Max(image => image.BatchSize));
            images.AddRange(pass.Select(image => image with { Timings = PassTimings.Share(image.Timings, image.BatchSize) }));
        }

        return images;
    }

    // The model has moved; what is next is done in so many parts, of which nothing is heard in between.
    private void Advance(int parts)
    {
        Volatile.Write(ref _lastAdvance, _clock.GetTimestamp());
        Volatile.Write(ref _parts, parts);
    }

    private static void Distribute(List<InferenceItem> batch, IReadOnlyList<GeneratedImage> images, DateTimeOffset startedAt, Activity? pass)
    {
        var first = 0;
        foreach (var item in batch)
        {
            var own = images.Skip(first).Take(item.Tasks.Count).ToList();
            first += item.Tasks.Count;
            if (pass is not null && item != batch[0])
            {
                PassTrace.Repeat(item.Trace, pass, item.Work.Recipe.Model, own, startedAt);
            }

            item.Finish(own);
        }
    }

    private sealed class StepReport(InferenceThread owner, List<InferenceItem> batch, GenerationTask[] tasks, int slice, int slices) : IProgress<GenerationProgress>
    {
        // Else pictures are decoded between steps, too: between two passes, or batches of prompts of different lengths.
        private readonly bool _hasStepsOnly = batch[0].Settings.Hires is null && !tasks.Any(task => task.LongPrompts == LongPrompts.Chunk);
        private int _lastStep;

        public void Report(GenerationProgress value)
        {
            WorkerMetrics.Steps.Add(Math.Max(0, value.Step - _lastStep), WorkerMetrics.Model(batch[0].Work.Recipe.Model));

            // Of a batch that memory did not last for, a step counts as one of each picture, and the pictures of a part are decoded before the next.
            var isBetweenSteps = _hasStepsOnly && value.Step < value.Steps && value.Step - _lastStep == 1;
            _lastStep = value.Step;
            owner.Advance(isBetweenSteps ? 1 : tasks.Length);
            foreach (var item in batch)
            {
                item.OnStep?.Invoke((slice * value.Steps) + value.Step, slices * value.Steps);
            }
        }
    }
}
