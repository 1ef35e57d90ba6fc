using System.Security.Cryptography;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Generate;

/// <summary>Has a fleet make the pictures: submits a job, waits for it, downloads.</summary>
internal static class FleetGeneration
{
    private static readonly TimeSpan WorthAWord = TimeSpan.FromSeconds(5);

    public static async Task<GeneratedPictures> RunAsync(
        FleetClient client, SubmitJob job, CliConsole console, CancellationToken cancellationToken)
    {
        job = job with { Id = job.Id ?? Guid.CreateVersion7(console.Time.GetUtcNow()) };
        await client.SubmitAsync(job, cancellationToken);
        var done = await WaitAsync(client, job, console, cancellationToken);
        var pictures = new List<GeneratedPicture>();
        foreach (var image in done.Images)
        {
            var png = await client.DownloadAsync(image.Url, cancellationToken);
            if (Convert.ToHexStringLower(SHA256.HashData(png)) != image.Record.Sha256)
            {
                throw new CliException($"{client.Server}{image.Url.TrimStart('/')} is damaged: its SHA-256 is not the one in its record.");
            }

            pictures.Add(new GeneratedPicture(image.Record.Seed, png));
        }

        // The size that they have, which a second pass, a canvas or an upscaling model made larger.
        var recipe = done.Images is [var first, ..] ? done.Recipe! with { Width = first.Record.Width, Height = first.Record.Height } : done.Recipe!;
        return new GeneratedPictures(done.Id, recipe, pictures);
    }

    private static async Task<JobView> WaitAsync(FleetClient client, SubmitJob job, CliConsole console, CancellationToken cancellationToken)
    {
        using var display = new ProgressDisplay(console, "waiting", job.Images ?? 1);
        var hasAskedWhy = false;
        try
        {
            return await new JobWait(client, console.Time).UntilCompletedAsync(
                job.Id!.Value,
                view =>
                {
                    var done = view.State == JobState.Completed ? view.ImageCount : 0;
                    display.Report(done, view.Progress * view.ImageCount, LabelOf(view.State));
                    if (!hasAskedWhy && view.State is JobState.Queued or JobState.Released && display.Elapsed > WorthAWord)
                    {
                        hasAskedWhy = true;
                        _ = ExplainAsync(client, view, display, cancellationToken);
                    }
                },
                cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            display.Note($"No longer waiting for job {job.Id}; the fleet goes on with it: {client.Server}v1/jobs/{job.Id}");
            throw;
        }
    }

    // A job that waits long has a reason that its waiter cannot see.
    private static async Task ExplainAsync(FleetClient client, JobView job, ProgressDisplay display, CancellationToken cancellationToken)
    {
        try
        {
            var model = (await client.ListModelsAsync(cancellationToken)).FirstOrDefault(m => m.Spec.Name == job.Recipe?.Model);
            if (model is not null)
            {
                display.Note(model.Workers == 0
                    ? $"No worker has the model {model.Spec.Name} loaded at the moment; the job waits for one."
                    : $"{model.Queued + model.InFlight} jobs of this model are queued or running on {model.Workers} worker(s).");
            }
        }
        catch (Exception e) when (e is CliException or OperationCanceledException)
        {
            // Only a courtesy.
        }
    }

    private static string LabelOf(JobState state) => state switch
    {
        JobState.Queued or JobState.Released => "queued",
        JobState.Running => "running",
        _ => "done",
    };
}
