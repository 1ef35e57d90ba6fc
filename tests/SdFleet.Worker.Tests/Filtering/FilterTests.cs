using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Scoring;

namespace SdFleet.Worker.Tests.Filtering;

public sealed class FilterTests : IDisposable
{
    private const string BlankWhereSeedIsEven = "fault:blank";

    private readonly string _clip = Directory.CreateTempSubdirectory("sdfleet-clip-").FullName;

    [Fact]
    public async Task Work_BlankPicturesWithRedraws_AreDrawnUntilOneIsNotBlankOrTheCapIsReached()
    {
        const int Redraws = 2;
        await using var worker = await WorkerFixture.StartSyntheticAsync(
            TimeSpan.Zero, ("SdFleet:Worker:Synthetic:Faults", "true"), ("SdFleet:Worker:MaxBatchImages", "2"));
        var work = Filtered(new ImageFilters { Blank = true, Redraws = Redraws }, images: 12, BlankWhereSeedIsEven);

        await worker.ReleaseAsync(work);
        var done = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        Assert.Equal(Enumerable.Range(0, 12), done.Images.Select(i => i.Index));
        foreach (var record in done.Images)
        {
            var seeds = Enumerable.Range(0, Redraws + 1).Select(draw => DrawSeed.Of(work.Recipe.Seed, record.Index, draw)).ToList();
            var kept = seeds.FindIndex(seed => seed % 2 != 0);
            var last = kept < 0 ? Redraws : kept;
            Assert.Equal(seeds[last], record.Seed);
            Assert.Equal(kept < 0 ? FilterReason.Blank : (FilterReason?)null, record.Filtered);
            Assert.Equal(kept < 0, record.Scores!.IsBlank);
            Assert.Equal(seeds[..last], (record.Draws ?? []).Select(d => d.Seed));
            Assert.All(record.Draws ?? [], d => Assert.Equal((FilterReason.Blank, true), (d.Reason, d.Scores.IsBlank)));
            Assert.Equal(ArtifactName.ForImage("2026-01-31", work.JobId, record.Index, last), record.Artifact);
            Assert.Equal(record.Seed.ToString(CultureInfo.InvariantCulture), await SeedInFileAsync(worker, record.Artifact));
        }

        // The numbers are such that each of the cases is among them.
        Assert.Contains(done.Images, i => i.Draws is null);
        Assert.Contains(done.Images, i => i is { Draws: not null, Filtered: null });
        Assert.Contains(done.Images, i => i.Filtered == FilterReason.Blank);
        Assert.Equal(12, await worker.Artifacts.ListAsync("", default).CountAsync());
    }

    [Fact]
    public async Task Work_WithRedrawsDoneTwice_StoresNothingTheSecondTimeAndReportsTheSame()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero, ("SdFleet:Worker:Synthetic:Faults", "true"));
        var work = Filtered(new ImageFilters { Blank = true, Redraws = 3 }, images: 4, BlankWhereSeedIsEven);

        await worker.ReleaseAsync(work);
        var first = await worker.WaitForAsync<JobCompleted>(e => e.Attempt == 1);
        await worker.ReleaseAsync(work with { Attempt = 2 });
        var second = await worker.WaitForAsync<JobCompleted>(e => e.Attempt == 2);

        Assert.Equal(
            first.Images.Select(i => (i.Artifact, i.Sha256, i.Seed, i.Filtered)), second.Images.Select(i => (i.Artifact, i.Sha256, i.Seed, i.Filtered)));
        Assert.Equal(4, await worker.Artifacts.ListAsync("", default).CountAsync());
    }

    [Fact]
    public async Task Work_PicturesThatDoNotFitTheirPrompt_AreKeptWithTheirScoreAndTheReason()
    {
        const double Least = 0.75;
        TinyClip.Write(_clip);
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero, ("SdFleet:Worker:ClipModel", _clip), ("SdFleet:Models:0:HasClip", "true"));
        var work = Filtered(new ImageFilters { MinClipSimilarity = Least, DuplicateDistance = 3 }, images: 8);

        await worker.ReleaseAsync(work);
        var done = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        foreach (var record in done.Images)
        {
            var similarity = TinyClip.SimilarityOf(await ReadAsync(worker, record.Artifact));
            Assert.Equal(similarity, record.Scores!.ClipSimilarity!.Value, tolerance: 0.0002);
            Assert.Equal(record.Scores.ClipSimilarity < Least ? FilterReason.LowClipSimilarity : (FilterReason?)null, record.Filtered);
            Assert.Equal("8000000000000000", record.Scores.PerceptualHash);
            Assert.Null(record.Scores.IsBlank);
        }

        Assert.Contains(done.Images, i => i.Filtered is null);
        Assert.Contains(done.Images, i => i.Filtered == FilterReason.LowClipSimilarity);
    }

    // An attempt that was lost before it reported has stored it, on a device that was not sound.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_AnotherPictureIsInTheStore_TheVerdictIsOfThatOne(bool isBlank)
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero, ("SdFleet:Worker:Synthetic:Faults", "true"));
        var work = Filtered(new ImageFilters { Blank = true, DuplicateDistance = 3 }, images: 1, isBlank ? "a red circle" : BlankWhereSeedIsEven);
        work = work with { Recipe = work.Recipe with { Seed = 4 } };
        var stored = new RgbImage(128, 128);
        for (var i = 0; i < stored.Pixels.Length && !isBlank; i++)
        {
            stored.Pixels[i] = (byte)(i % 251);
        }

        var png = PngWriter.ToArray(stored);
        var name = ArtifactName.ForImage(work.ArtifactFolder, work.JobId, 0, draw: 0);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(png));
        await worker.Artifacts.PutAsync(name, png, "image/png", sha256, metadata: null, default);

        await worker.ReleaseAsync(work);
        var record = Assert.Single((await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId)).Images);

        Assert.Equal((name, sha256), (record.Artifact, record.Sha256));
        Assert.Equal(isBlank ? FilterReason.Blank : (FilterReason?)null, record.Filtered);
        Assert.Equal(isBlank, record.Scores!.IsBlank);
        Assert.Equal(PerceptualHash.Of(stored).ToString(), record.Scores.PerceptualHash);
    }

    [Fact]
    public async Task Work_WithoutFilters_HasNoScores()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var work = WorkerFixture.Work();

        await worker.ReleaseAsync(work);
        var record = Assert.Single((await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId)).Images);

        Assert.Null(record.Scores);
        Assert.Null(record.Filtered);
        Assert.Null(record.Draws);
    }

    [Theory]
    [InlineData(true, "filterUnsafe is true, and model shapes has no safety checker")]
    [InlineData(false, "minClipSimilarity is 0.2, and the worker has no CLIP model")]
    public async Task Work_WhatTheWorkerCannotMeasure_IsInvalid(bool @unsafe, string reason)
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var work = Filtered(new ImageFilters { Unsafe = @unsafe, MinClipSimilarity = @unsafe ? null : 0.2 }, images: 1);

        await worker.ReleaseAsync(work);
        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);

        Assert.Equal(ErrorClass.Invalid, failed.ErrorClass);
        Assert.StartsWith(reason, failed.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SdFleet:Models:0:HasClip", "true", "ClipModel is not set")]
    [InlineData("SdFleet:Worker:ClipModel", "clip", "ClipModel is clip")]
    public async Task Start_OnlyTheListOrTheWorkerKnowsOfAClipModel_IsRefused(string key, string value, string complaint)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => WorkerFixture.StartSyntheticAsync(TimeSpan.Zero, (key, value)));

        Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_clip, recursive: true);

    private static GenerateImages Filtered(ImageFilters filters, int images, string prompt = "a red circle")
    {
        var work = WorkerFixture.Work(images, steps: 2, prompt);
        return work with { Recipe = work.Recipe with { Filters = filters } };
    }

    private static async Task<string?> SeedInFileAsync(WorkerFixture worker, string name) =>
        A1111Parameters.Parse(PngReader.ReadTexts(await BytesAsync(worker, name)).Single(t => t.Keyword == A1111Parameters.Keyword).Text)["Seed"];

    private static async Task<RgbImage> ReadAsync(WorkerFixture worker, string name) => PngReader.Read(await BytesAsync(worker, name));

    private static async Task<byte[]> BytesAsync(WorkerFixture worker, string name)
    {
        await using var content = await worker.Artifacts.OpenReadAsync(name, default);
        using var bytes = new MemoryStream();
        await content!.Stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
