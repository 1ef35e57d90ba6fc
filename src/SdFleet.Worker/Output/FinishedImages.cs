using System.Diagnostics;
using System.Security.Cryptography;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Storage;
using SdFleet.Worker.Filtering;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Models;
using SdFleet.Worker.Reporting;

namespace SdFleet.Worker.Output;

/// <summary>Encodes finished pictures, stores them and writes their records.</summary>
internal sealed class FinishedImages(
    IArtifactStore artifacts, StorePatience patience, LoadedModel model, LoraFolder loras, PictureFilter filter, WorkerIdentity identity, TimeProvider clock)
{
    private const string ContentType = "image/png";

    /// <summary>Stores every picture of an attempt.</summary>
    /// <param name="work">The attempt.</param>
    /// <param name="pictures">One a picture, in order of index.</param>
    /// <param name="wait">What the attempt has waited for the store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArtifactStoreException">The store has not taken one, and the attempt waits no longer for it.</exception>
    public async Task<IReadOnlyList<ImageRecord>> StoreAsync(
        GenerateImages work, IReadOnlyList<DrawnPicture> pictures, StoreWait wait, CancellationToken cancellationToken)
    {
        var records = new ImageRecord[pictures.Count];
        RecipeLora[]? changed = work.Recipe.Loras is null ? null : [.. (await loras.ChooseAsync(work.Recipe.Loras, cancellationToken).ConfigureAwait(false)).Select(lora => lora.Record)];
        var stored = 0;
        await Parallel.ForAsync(
            0,
            pictures.Count,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                records[i] = await StoreAsync(work, pictures[i], i, changed, wait, token).ConfigureAwait(false);
                if (Interlocked.Increment(ref stored) == 1)
                {
                    WorkerMetrics.TimeToFirstImage.Record(
                        Math.Max(0, (clock.GetUtcNow() - work.SubmittedAt).TotalSeconds), WorkerMetrics.Model(work.Recipe.Model), new("sdfleet.lane", work.Lane.ToString()));
                }
            }).ConfigureAwait(false);
        return records;
    }

    private async Task<ImageRecord> StoreAsync(
        GenerateImages work, DrawnPicture picture, int index, RecipeLora[]? changed, StoreWait wait, CancellationToken cancellationToken)
    {
        var image = picture.Image;
        var name = ArtifactName.ForImage(work.ArtifactFolder, work.JobId, index, picture.Before.Count);
        using var activity = WorkerActivity.Source.StartActivity("upload");
        activity?.SetTag("sdfleet.artifact", name);

        var started = clock.GetTimestamp();

        // A text names the size of the first pass, and how much larger the second was.
        var made = work.Recipe with { Width = image.Task.Width, Height = image.Task.Height };
        var text = RecipeTasks.TextOf(made, image.Seed, model.Model.Digest, RecipeTexts.Of(made, changed)).ToPngText();
        var png = PngWriter.ToArray(image.Image, text);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(png));
        var encoded = clock.GetElapsedTime(started);

        started = clock.GetTimestamp();
        // Where an earlier attempt has stored this name, its file stays and is the one that the record speaks of.
        var labels = new Dictionary<string, string> { ["job"] = work.JobId.ToString("D") };
        var put = await patience.RunAsync(wait, token => artifacts.PutAsync(name, png, ContentType, sha256, labels, token), cancellationToken).ConfigureAwait(false);
        var uploaded = clock.GetElapsedTime(started);
        activity?.SetTag("sdfleet.artifact.created", put.Created);
        var verdict = put.Sha256 == sha256 ? picture.Verdict : await JudgeStoredAsync(work.Recipe, name, wait, cancellationToken).ConfigureAwait(false);
        return new ImageRecord
        {
            Index = index,
            Artifact = name,
            Sha256 = put.Sha256,
            Bytes = put.Length,
            Width = image.Image.Width,
            Height = image.Image.Height,
            Seed = image.Seed,
            Attempt = work.Attempt,
            WorkerId = identity.Id,
            ModelDigest = model.Model.Digest,
            Loras = changed,
            RuntimeVersion = model.Model.RuntimeVersion,
            ExecutionProvider = model.Model.Provider,
            Device = model.Model.Device,
            Timings = new ImageTimings
            {
                TextEncodeMs = picture.Spent.TextEncode.TotalMilliseconds,
                DenoiseMs = picture.Spent.Denoise.TotalMilliseconds,
                DecodeMs = picture.Spent.Decode.TotalMilliseconds,
                EncodeMs = encoded.TotalMilliseconds,
                UploadMs = uploaded.TotalMilliseconds,
            },
            Scores = verdict.Scores,
            Filtered = verdict.Reason,
            Draws = picture.Before.Count > 0 ? picture.Before : null,
            TraceId = Activity.Current?.TraceId.ToHexString(),
            CreatedAt = clock.GetUtcNow(),
        };
    }

    // A device that is not quite sound, or not the same, made the stored one: what is said of the file has to be true of it.
    private async Task<FilterVerdict> JudgeStoredAsync(Recipe recipe, string name, StoreWait wait, CancellationToken cancellationToken)
    {
        if (recipe.Filters is null)
        {
            return default;
        }

        var stored = await patience.RunAsync(wait, token => artifacts.ReadAsync(name, token), cancellationToken).ConfigureAwait(false)
            ?? throw new IOException($"{name} was in the artifact store, and is not any more.");
        return await filter.JudgeStoredAsync(recipe, PngReader.Read(stored), cancellationToken).ConfigureAwait(false);
    }
}
