using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel;

namespace SdFleet.Fleet.Tests;

/// <summary>
/// The main job, the same on every size: twenty jobs go in over HTTP, and every picture that comes out is the one that the
/// inference library makes of the same recipe by itself.
/// </summary>
internal static class FleetScenario
{
    public const int Jobs = 20;
    public const int ImagesPerJob = 2;

    private const int Steps = 8;
    private static readonly string[] Colors = ["red", "blue", "green", "yellow"];
    private static readonly string[] Shapes = ["circle", "square", "triangle", "star"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>Runs it, and returns the finished jobs.</summary>
    /// <param name="api">The fleet.</param>
    /// <param name="readArtifact">Reads a file from where the fleet keeps them, past the fleet.</param>
    public static async Task<IReadOnlyList<JobView>> RunAsync(HttpClient api, Func<string, Task<byte[]>> readArtifact)
    {
        var requests = Enumerable.Range(0, Jobs).Select(i => new
        {
            prompt = $"a {Colors[i % 4]} {Shapes[i / 4 % 4]} on a white background",
            images = ImagesPerJob,
            seed = 1000 + (10 * i),
            steps = Steps,
        }).ToList();
        var accepted = await Task.WhenAll(requests.Select(r => SubmitAsync(api, r)));
        Assert.Equal(Jobs, accepted.Select(a => a.Id).Distinct().Count());

        var jobs = new List<JobView>();
        foreach (var job in accepted)
        {
            jobs.Add(await WaitAsync(api, job));
        }

        Assert.All(jobs, j => Assert.Equal((JobState.Completed, 1, 0, 0), (j.State, j.Attempts, j.Failures, j.Evictions)));
        Assert.All(jobs, j => Assert.Equal(Enumerable.Range(0, ImagesPerJob), j.Images.Select(i => i.Record.Index)));
        Assert.Equal(Jobs * ImagesPerJob, jobs.SelectMany(j => j.Images).Select(i => i.Record.Artifact).Distinct().Count());
        await ComparePicturesAsync(api, jobs, readArtifact);
        return jobs;
    }

    private static async Task<JobAccepted> SubmitAsync(HttpClient api, object request)
    {
        using var response = await api.PostAsJsonAsync("/v1/jobs", request);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JobAccepted>(ContractsJson.Options))!;
    }

    private static async Task<JobView> WaitAsync(HttpClient api, JobAccepted job)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            using var response = await api.GetAsync(job.Url, deadline.Token);

            // Not known until it is admitted.
            if (response.StatusCode != HttpStatusCode.NotFound)
            {
                Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
                var view = (await response.Content.ReadFromJsonAsync<JobView>(ContractsJson.Options, deadline.Token))!;
                if (view.State.IsTerminal())
                {
                    Assert.True(view.State == JobState.Completed, $"{view.State}: {view.Error}");
                    return view;
                }
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    private static async Task ComparePicturesAsync(HttpClient api, IReadOnlyList<JobView> jobs, Func<string, Task<byte[]>> readArtifact)
    {
        using var pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path);
        foreach (var job in jobs)
        {
            var alone = pipeline.Generate([.. job.Images.Select(i => pipeline.CreateTask(job.Recipe!.Prompt, i.Record.Seed) with { Steps = Steps })]);
            foreach (var (index, image) in job.Images.Index())
            {
                var stored = await readArtifact(image.Record.Artifact);
                Assert.Equal(image.Record.Sha256, Convert.ToHexStringLower(SHA256.HashData(stored)));
                Assert.Equal(stored, await api.GetByteArrayAsync(image.Url));
                AssertSamePicture(alone[index].Image, PngReader.Read(stored), $"job {job.Id} image {index}");
            }
        }
    }

    // In another batch, sums run in another order: the same picture, but for its last bits.
    private static void AssertSamePicture(RgbImage expected, RgbImage actual, string what)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        var largest = 0;
        for (var i = 0; i < expected.Pixels.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected.Pixels[i] - actual.Pixels[i]));
        }

        Assert.True(largest <= 3, $"{what} differs by up to {largest} of 255 from what the pipeline makes alone");
    }
}
