using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Cli.Client;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;
using SdFleet.Contracts;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Imaging.Sheets;
using SdFleet.JobStore;

namespace SdFleet.Cli.Demo;

/// <summary>
/// The fleet's main job, on the smallest fleet: a list of prompts in, a finished set of pictures out. Everything goes the way
/// it goes in a cluster: posted to the API, admitted, released, made, stored, recorded, and read back.
/// </summary>
internal sealed class DemoRun(CliConsole console)
{
    // Pages of jobs that are looked at ahead of the oldest unfinished one: workers finish about in order.
    private const int LookAhead = 8;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    // For one picture, on a machine that does much else.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly JsonSerializerOptions ManifestJson = ContractsJson.Options;

    // Where the fleet's log goes: above the progress line, once there is one.
    private Action<string> _write = console.Note;

    public async Task RunAsync(string? promptFile, string outFolder, CancellationToken cancellationToken)
    {
        var started = console.Time.GetTimestamp();
        var pictures = DemoPicture.Of(PromptFile.Read(promptFile));
        var folder = DemoFolder.Prepare(outFolder, pictures, console.Note);

        console.Note("Starting API, coordinator and worker in this process, and loading the model...");
        await using var fleet = await StartAsync(folder, cancellationToken);
        console.Note(FormattableString.Invariant(
            $"Up after {Seconds(started):0.0} s: {fleet.Address.OriginalString}, in-memory bus, {folder.Fleet}"));

        using var display = new ProgressDisplay(console, "drawing", pictures.Count);
        _write = display.Note;
        await using var stopping = cancellationToken.Register(() => display.Note("Stopping. The next demo begins anew."));
        using var client = new FleetClient(new Uri(fleet.Address, "/"), apiKey: null, console.Time);
        var begun = console.Time.GetTimestamp();
        foreach (var picture in pictures)
        {
            await client.SubmitAsync(
                new SubmitJob { Id = picture.JobId, Prompt = picture.Prompt, Seed = picture.Seed, Lane = Lane.Bulk }, cancellationToken);
        }

        var files = await CollectAsync(client, pictures, folder, display, cancellationToken);
        var took = Seconds(begun);
        var records = await WriteManifestAsync(fleet, pictures, folder, cancellationToken);
        Check(pictures, files, records);
        WriteSheet(pictures, files, folder);
        await File.WriteAllTextAsync(folder.Page, GalleryPage.Render(pictures, records), cancellationToken);
        display.Dispose();
        await fleet.StopAsync(cancellationToken);

        console.Out.WriteLine(FormattableString.Invariant(
            $"{pictures.Count} pictures in {took:0.0} s, {pictures.Count / took:0.0} a second ({Seconds(started):0.0} s with start and stop)"));
        console.Out.WriteLine($"  pictures       {folder.Of("images")}{Path.DirectorySeparatorChar}");
        console.Out.WriteLine($"  contact sheet  {folder.ContactSheet}");
        console.Out.WriteLine($"  page           {folder.Page}");
        console.Out.WriteLine($"  manifest       {folder.Manifest} (a line a picture: recipe, seed, model digest, SHA-256, timings)");
    }

    private double Seconds(long since) => console.Time.GetElapsedTime(since).TotalSeconds;

    private async Task<EmbeddedFleet> StartAsync(DemoFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return await EmbeddedFleet.StartAsync(
                new EmbeddedFleetOptions
                {
                    DataFolder = folder.Fleet,
                    Logging = log => log
                        .AddProvider(new ConsoleLog(console.Time, LogLevel.Warning, line => _write(line)))
                        // That only this machine can reach a demo is no warning to anybody.
                        .AddFilter("SdFleet.Api.Door", LogLevel.Error),
                },
                cancellationToken);
        }
        catch (EmbeddedFleetException e)
        {
            throw new CliException($"the fleet cannot start. {e.Message}", cause: e);
        }
    }

    // Downloads each picture as soon as it is there.
    private async Task<IReadOnlyDictionary<Guid, byte[]>> CollectAsync(
        FleetClient client,
        IReadOnlyList<DemoPicture> pictures,
        DemoFolder folder,
        ProgressDisplay display,
        CancellationToken cancellationToken)
    {
        var files = new Dictionary<Guid, byte[]>();
        var waiting = pictures.ToList();
        var lastDone = console.Time.GetTimestamp();
        while (waiting.Count > 0)
        {
            if (console.Time.GetElapsedTime(lastDone) > Patience)
            {
                throw new CliException($"no picture was finished within {Patience}; {waiting.Count} are missing. Run it again with more time for this machine, or report it.");
            }

            var begun = 0.0;
            foreach (var picture in waiting.Take(LookAhead).ToList())
            {
                var job = await client.FindJobAsync(picture.JobId, cancellationToken);
                if (job is { State: JobState.Completed })
                {
                    var file = await client.DownloadAsync(job.Images[0].Url, cancellationToken);
                    await File.WriteAllBytesAsync(folder.Of(picture.File), file, cancellationToken);
                    files.Add(picture.JobId, file);
                    waiting.Remove(picture);
                    lastDone = console.Time.GetTimestamp();
                }
                else if (job is not null && job.State.IsTerminal())
                {
                    var end = job.State.ToString().ToLowerInvariant();
                    throw new CliException($"picture {picture.Number} (\"{picture.Prompt}\") ended as {end}: {job.Error}");
                }

                begun += job is { State: JobState.Running } ? job.Progress : 0;
                display.Report(files.Count, begun);
            }

            if (waiting.Count > 0)
            {
                await Task.Delay(PollInterval, console.Time, cancellationToken);
            }
        }

        return files;
    }

    private static async Task<IReadOnlyDictionary<Guid, ManifestRecord>> WriteManifestAsync(
        EmbeddedFleet fleet, IReadOnlyList<DemoPicture> pictures, DemoFolder folder, CancellationToken cancellationToken)
    {
        var records = new Dictionary<Guid, ManifestRecord>();
        var store = fleet.Services.GetRequiredService<IJobStore>();
        await foreach (var record in store.ReadManifestAsync([.. pictures.Select(p => p.JobId)], cancellationToken))
        {
            records.Add(record.JobId, record);
        }

        await using var manifest = new StreamWriter(folder.Manifest) { NewLine = "\n" };
        foreach (var picture in pictures.Where(p => records.ContainsKey(p.JobId)))
        {
            // The record names the artifact in the store; beside the pictures, their own names are wanted too.
            var line = JsonSerializer.SerializeToNode(records[picture.JobId], ManifestJson)!.AsObject();
            line.Remove("line");
            line.Insert(0, "line", JsonValue.Create(picture.Number));
            line.Insert(1, "file", JsonValue.Create(picture.File));
            await manifest.WriteLineAsync(line.ToJsonString(ManifestJson));
        }

        return records;
    }

    // What the demo claims: each picture is there once, with the digest that its record gives.
    private static void Check(
        IReadOnlyList<DemoPicture> pictures, IReadOnlyDictionary<Guid, byte[]> files, IReadOnlyDictionary<Guid, ManifestRecord> records)
    {
        foreach (var picture in pictures)
        {
            if (!records.TryGetValue(picture.JobId, out var record))
            {
                throw new CliException($"picture {picture.Number} is completed, but has no manifest record.");
            }

            if (record.Image.Sha256 != Convert.ToHexStringLower(SHA256.HashData(files[picture.JobId])))
            {
                throw new CliException($"{picture.File} is not the file that its manifest record speaks of: the SHA-256 differs.");
            }
        }
    }

    private static void WriteSheet(IReadOnlyList<DemoPicture> pictures, IReadOnlyDictionary<Guid, byte[]> files, DemoFolder folder)
    {
        var captioned = pictures.Select(p => new CaptionedImage(PngReader.Read(files[p.JobId]), p.Prompt, $"seed {p.Seed}"));
        File.WriteAllBytes(folder.ContactSheet, PngWriter.ToArray(ContactSheet.Compose([.. captioned])));
    }
}
