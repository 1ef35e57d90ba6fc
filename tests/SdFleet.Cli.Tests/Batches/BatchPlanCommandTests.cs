using SdFleet.Cli.Client;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

public sealed class BatchPlanCommandTests(FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static string Example => Path.Combine(AppContext.BaseDirectory, "Batches", "examples", "shapes.yaml");

    [Fact]
    public async Task Expand_WritesTheLines_ToAFileOrTheOutput()
    {
        using var folder = new TempFolder();

        var run = (await CliRun.Of("batch", "expand", Example)).Succeeded();
        (await CliRun.Of("batch", "expand", Example, "--out", folder.Of("jobs.jsonl"))).Succeeded();

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Batches", "shapes.jsonl")), run.Out);
        Assert.Equal(run.Out, await File.ReadAllTextAsync(folder.Of("jobs.jsonl")));
        Assert.Equal([folder.Of("jobs.jsonl")], Directory.GetFiles(folder.Path));

        // What was written is a batch file itself, and gives the same again.
        Assert.Equal(run.Out, (await CliRun.Of("batch", "expand", folder.Of("jobs.jsonl"))).Succeeded().Out);
    }

    [Fact]
    public async Task Expand_IntoItsOwnFile_IsRefused()
    {
        var run = await CliRun.Of("batch", "expand", Example, "--out", Example);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("the file that is read", run.Error, StringComparison.Ordinal);
        Assert.True(new FileInfo(Example).Length > 0);
    }

    [Fact]
    public async Task Plan_OfTheExample_ByAFleetThatHasWorked_UsesItsRates()
    {
        using var folder = new TempFolder();
        (await CliRun.Of("generate", "a red circle", "--server", fixture.Server, "-n", "2", "--steps", "3", "--out", folder.Path)).Succeeded();
        await UntilMeasuredAsync();

        var run = (await CliRun.Of("batch", "plan", Example, "--server", fixture.Server)).Succeeded();

        Assert.Contains("shapes.yaml: 120 jobs, 240 images", run.Out, StringComparison.Ordinal);
        Assert.Contains("none; checked 120 jobs, against the models of " + fixture.Server, run.Out, StringComparison.Ordinal);
        Assert.Contains("s an image: measured by the fleet on ", run.Out, StringComparison.Ordinal);
        Assert.Contains("on 1 worker, as many as run now", run.Out, StringComparison.Ordinal);
        Assert.Contains("  finished ", run.Out, StringComparison.Ordinal);

        // Nothing was submitted.
        using var client = new FleetClient(new Uri(fixture.Server + "/"), null, TimeProvider.System);
        Assert.All(await client.ListModelsAsync(CancellationToken.None), model => Assert.Equal(0, model.Queued + model.InFlight));
    }

    [Fact]
    public async Task Plan_WithMistakes_ReturnsOne()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("a.csv"), "prompt,steps\na circle,0\n");

        var run = await CliRun.Of("batch", "plan", folder.Of("a.csv"), "--local", "--seconds-per-image", "2");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("  row 1               steps is 0: an integer from 1 to 1000\n", run.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    // As "batch submit" would take them.
    [Fact]
    public async Task Plan_WithWhatLinesLeaveOut_CountsAndShowsIt()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("a.jsonl"), """
            {"prompt":"a circle"}
            {"prompt":"a square","steps":9,"images":1,"model":"own","lane":"normal"}
            """);

        var run = (await CliRun.Of(
            "batch", "plan", folder.Of("a.jsonl"), "--local", "--model", "theirs", "--images", "4", "--steps", "7", "--lane", "interactive")).Succeeded();

        var text = run.Out.ReplaceLineEndings("\n");
        Assert.Matches("\n  images a job +1, 4\n", text);
        Assert.Matches("\n  model +theirs, own\n", text);
        Assert.Matches("\n  steps +7, 9\n", text);
        Assert.Matches("\n  lane +interactive, normal\n", text);
    }

    [Theory]
    [InlineData("batch plan no-such.csv", 2, "FILE is \"no-such.csv\", which is not there")]
    [InlineData("batch plan {0} --local --workers 0", 2, "--workers is 0: from 1 to 1000000.")]
    [InlineData("batch plan {0} --local --seconds-per-image -1", 2, "--seconds-per-image is -1: from 0 to 86400.")]
    [InlineData("batch plan {0} --local --server http://127.0.0.1:1", 2, "--server is for a fleet; --local asks none.")]
    [InlineData("batch plan {0} --server http://127.0.0.1:1", 1, "no fleet answers at http://127.0.0.1:1")]
    [InlineData("batch plan {0} --local --samples some", 2, "--samples is \"some\": a whole number.")]
    [InlineData("batch pln {0}", 2, "there is no command pln; did you mean plan?")]
    public async Task Batch_Mistyped_SaysWhat(string line, int exitCode, string message)
    {
        var run = await CliRun.Of([.. line.Split(' ').Select(word => word == "{0}" ? Example : word)]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Plan_OfNothing_SaysSo()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("a.txt"), "# later\n");

        var run = await CliRun.Of("batch", "plan", folder.Of("a.txt"), "--local");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("has no jobs in it", run.Error, StringComparison.Ordinal);
    }

    // The worker tells what it has done with its next heartbeat.
    private async Task UntilMeasuredAsync()
    {
        using var client = new FleetClient(new Uri(fixture.Server + "/"), null, TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await client.ListWorkersAsync(patience.Token)).Any(worker => worker.Heartbeat.GpuSeconds > 0))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }
}
