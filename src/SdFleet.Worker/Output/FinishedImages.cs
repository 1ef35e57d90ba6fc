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
internal sealed class FinishedImages(IArtifactStore artifacts, LoadedModel model, LoraFolder loras, WorkerIdentity identity, TimeProvider clock)
{
    private const string ContentType = "image/png";

    /// <summary>Stores every picture of an attempt.</summary>
    /// <exception cref="ArtifactStoreException">The store did not take one.</exception>
    public async Task<IReadOnlyList<ImageRecord>> StoreAsync(GenerateImages work, IReadOnlyList<DrawnPicture> pictures, CancellationToken cancellationToken)
    {
        var records = new ImageRecord[pictures.Count];
        RecipeLora[]? changed = work.Recipe.Loras is null ? null : [.. (await loras.ChooseAsync(work.Recipe.Loras, cancellationToken).ConfigureAwait(false)).Select(lora => lora.Record)];
        await Parallel.ForAsync(
            0,
            pictures.Count,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            async (i, token) => records[i] = await StoreAsync(work, pictures[i], i, changed, token).ConfigureAwait(false)).ConfigureAwait(false);
        return records;
    }

    private async Task<ImageRecord> StoreAsync(
        GenerateImages work, DrawnPicture picture, int index, RecipeLora[]? changed, CancellationToken cancellationToken)
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
        var put = await artifacts.PutAsync(
            name, png, ContentType, sha256, new Dictionary<string, string> { ["job"] = work.JobId.ToString("D") }, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("sdfleet.artifact.created", put.Created);
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
                UploadMs = clock.GetElapsedTime(started).TotalMilliseconds,
            },
            Scores = picture.Verdict.Scores,
            Filtered = picture.Verdict.Reason,
            Draws = picture.Before.Count > 0 ? picture.Before : null,
            TraceId = Activity.Current?.TraceId.ToHexString(),
            CreatedAt = clock.GetUtcNow(),
        };
    }
}
