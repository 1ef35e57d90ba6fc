using SdFleet.Cli.Batches;
using SdFleet.Cli.Batches.Plan;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Workers;

namespace SdFleet.Cli.Tests.Batches;

public sealed class PlanTextTests
{
    private const string Specification = """
        seed: 1
        prompts: "a {red|blue} {shape}"
        lists: {shape: [circle, star, square]}
        seeds: [7, 100]
        images: 4
        steps: [10, 20]
        guidanceScale: {between: [2, 4], step: 1}
        """;

    private static readonly DateTimeOffset Now = new(2026, 1, 31, 11, 59, 50, TimeSpan.Zero);

    private static readonly ModelView Shapes = new()
    {
        Spec = new ModelSpec { Name = "shapes", DefaultWidth = 128, DefaultHeight = 128, DefaultSteps = 20, DefaultScheduler = "ddim", MaxSize = 256, MaxImages = 4 },
        Workers = 2,
        Queued = 1,
        InFlight = 2,
    };

    // By hand: guided images of 128x128 in 20 steps took half a second each, so those of 10 and 20 steps take 0.375 on average.
    [Fact]
    public async Task Plan_ForAFleetThatHasMeasured_ShowsEverything()
    {
        Assert.Equal(
            """
            a.yaml: 24 jobs, 96 images

            What it combines
              prompts             1 template
              {red|blue}          2: red, blue
              {shape}             3: circle, star, square
              steps               2: 10, 20
              guidanceScale       drawn from 2 to 4 in steps of 1
              combinations        12, all of them
              seeds               2 for each, as given

            The jobs
              images a job        4
              model               shapes
              size                128x128
              steps               10, 20
              guidance            2, 3, 4
              scheduler           ddim
              lane                bulk

            Samples
              job 1               a red circle
                                  seeds 7 to 10, 10 steps, guidance 3
              job 12              a red square
                                  seeds 100 to 103, 20 steps, guidance 4
              job 24              a blue square
                                  seeds 100 to 103, 20 steps, guidance 3

            Mistakes
              none; checked 24 jobs, against the models of http://fleet

            Estimate
              model               shapes, 96 images
              GPU time            0.01 hours (0.375 s an image: measured by the fleet on 100 images, scaled to this batch's sizes and steps)
              storage             1.4 MB (15 kB an image: measured by the fleet)
              takes               18 s on 2 workers, as many as run now
              finished            Sat 31 Jan 2026, 12:00 UTC, if it began now and they did nothing else
              before it           3 jobs of the model that wait or run already; their time comes on top

            Nothing has been submitted.

            """,
            await ShowAsync("a.yaml", Specification, new PlanNumbers(), [Shapes], [Measured]));
    }

    [Fact]
    public async Task Plan_OfWeights_ShowsThemOnce()
    {
        var text = await ShowAsync(
            "a.yaml",
            """
            prompts: [{value: "{c}", weight: 2}, x]
            lists: {c: [blue, {value: red, weight: 3}]}
            steps: 5
            guidanceScale: {from: 2.5, to: 4, step: 0.5}
            sample: 100
            """,
            new PlanNumbers(),
            null,
            []);

        Assert.Contains("  prompts             2 templates, by their weights as 3\n", text, StringComparison.Ordinal);
        Assert.Contains("  {c}                 4: blue, red (weight 3)\n", text, StringComparison.Ordinal);
        Assert.Contains("  guidanceScale       4: 2.5, 3, 3.5, 4\n", text, StringComparison.Ordinal);
        Assert.Contains("  combinations        36, of which 100 are drawn: each before any comes again\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfATask_ShowsItAndThePicturesByTheirBeginnings()
    {
        var text = await ShowAsync(
            "a.yaml",
            $$"""
            prompts: x
            task: inpaint
            inputs: [{initImage: {{new string('1', 64)}}, mask: {{new string('2', 64)}}}, {initImage: {{new string('3', 64)}}, mask: {{new string('4', 64)}}}]
            strength: {from: 0.5, to: 1, step: 0.25}
            loras: [[], [{name: hollow, weight: 0.8}]]
            overlay: false
            """,
            new PlanNumbers(),
            null,
            []);

        Assert.Contains("  loras               2: (nothing), hollow:0.8\n", text, StringComparison.Ordinal);
        Assert.Contains("  inputs              2: 111111111111… + 222222222222…, 333333333333… + 444444444444…\n", text, StringComparison.Ordinal);
        Assert.Contains("  strength            3: 0.5, 0.75, 1\n", text, StringComparison.Ordinal);
        Assert.Contains("  task                inpaint\n", text, StringComparison.Ordinal);
        Assert.Contains("  begins with         111111111111…, 333333333333…\n", text, StringComparison.Ordinal);
        Assert.Contains("  strength            0.5, 0.75, 1\n", text, StringComparison.Ordinal);
        Assert.Contains("  overlay             no\n", text, StringComparison.Ordinal);
        Assert.Contains(", inpaint, from 111111111111…, strength 0.5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ForAFleetThatHasMeasuredNothing_SaysWhatItNeeds()
    {
        var text = await ShowAsync("a.yaml", Specification, new PlanNumbers(), [Shapes with { Workers = 0, Queued = 0, InFlight = 0 }], []);

        Assert.Contains("GPU time            not known: no worker of shapes has measured any yet; give --seconds-per-image", text, StringComparison.Ordinal);
        Assert.Contains("storage             2.4 MB (25 kB an image: a guess, 1.5 bytes a pixel)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("finished", text, StringComparison.Ordinal);
        Assert.DoesNotContain("before it", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_NumbersGiven_AreUsedAndSaid()
    {
        var numbers = new PlanNumbers { SecondsPerImage = 30, Workers = 4, KilobytesPerImage = 500 };

        foreach (var models in new IReadOnlyList<ModelView>?[] { null, [Shapes] })
        {
            var text = await ShowAsync("a.yaml", Specification, numbers, models, [Measured]);

            Assert.Contains("GPU time            0.8 hours (30 s an image, as --seconds-per-image says)", text, StringComparison.Ordinal);
            Assert.Contains("storage             48 MB (as --kilobytes-per-image says)", text, StringComparison.Ordinal);
            Assert.Contains("takes               12 min on 4 workers, as --workers says", text, StringComparison.Ordinal);
            Assert.Contains("finished            Sat 31 Jan 2026, 12:11 UTC", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Plan_WithoutAFleet_LeavesOpenWhatTheModelDecides()
    {
        var text = await ShowAsync("a.txt", "a circle\na star\n", new PlanNumbers(), null, []);

        Assert.Contains("size                the model's", text, StringComparison.Ordinal);
        Assert.Contains("prompt 2            a star\n                      a seed of its own\n", text, StringComparison.Ordinal);
        Assert.Contains("none; checked 2 jobs, by what holds for every model", text, StringComparison.Ordinal);
        Assert.Contains("GPU time            not known: give --seconds-per-image, or --server", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Mistakes_AreToldByLineWithReasons()
    {
        var text = await ShowAsync(
            "a.jsonl",
            "{\"prompt\":\"a\",\"steps\":151}\n{\"prompt\":\"b\"}\nrubbish\n{\"prompt\":\"c\",\"width\":100,\"colour\":1,\"id\":\"0f8fad5b-d9cb-469f-a165-70867728950e\"}\n",
            new PlanNumbers(),
            [Shapes],
            []);

        Assert.Contains("  3 of 4 jobs would be refused; checked against the models of http://fleet\n", text, StringComparison.Ordinal);
        Assert.Contains("  line 1              steps is 151: at most 150 for model shapes\n", text, StringComparison.Ordinal);
        Assert.Contains("  line 3              line is \"rubbish\": a JSON object\n", text, StringComparison.Ordinal);
        Assert.Contains("  line 4              width is 100: an integer from 64 to 4096, a multiple of 8\n", text, StringComparison.Ordinal);
        Assert.Contains("\n                      colour is 1: not a field", text, StringComparison.Ordinal);
        Assert.Contains("\n                      id is \"0f8fad5b-d9cb-469f-a165-70867728950e\": not in a batch", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_WithFilters_ShowsThemAndTheMostPicturesThatAreDrawn()
    {
        var defaults = new SubmitJob { MinClipSimilarity = 0.25, FilterUnsafe = true, DuplicateDistance = 4, Redraws = 3 };

        var text = await ShowAsync("a.csv", "prompt,images,redraws,filterBlank\na,2,,true\nb,2,0,\n", new PlanNumbers(), null, [], defaults);

        Assert.StartsWith("a.csv: 2 jobs, 4 images\nAt most 10 are drawn, where filters refuse as many as they may;", text, StringComparison.Ordinal);
        Assert.Contains(
            "  wanted              CLIP similarity of 0.25 or more, not blank, safe, no near-duplicates (4 of 64 bits), else drawn again, 3 times at most, " +
            "CLIP similarity of 0.25 or more, safe, no near-duplicates (4 of 64 bits)\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("none; checked 2 jobs", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ManyMistakes_ShowsTheFirstAndCountsTheRest()
    {
        var text = await ShowAsync("a.csv", "prompt,steps\n" + string.Concat(Enumerable.Repeat("a, b,5\n", 50)), new PlanNumbers(), null, []);

        Assert.Contains("50 of 50 jobs would be refused", text, StringComparison.Ordinal);
        Assert.Contains("  row 20              row is \"a, b,5\": 2 cells, as the header has; a cell with a ',' or a quote in it stands in quotes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("row 21 ", text, StringComparison.Ordinal);
        Assert.Contains("                      and 30 more\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfMillions_LooksAtSomeSpreadOverAll()
    {
        var text = await ShowAsync(
            "a.yaml",
            $"prompts: \"{string.Concat(Enumerable.Repeat("{a|b|c|d|e|f|g|h|i|j}", 6))}\"\nwidth: [128, 512]\nmodel: shapes\n",
            new PlanNumbers { SecondsPerImage = 1.8 },
            [Shapes],
            []);

        Assert.StartsWith("a.yaml: 2,000,000 jobs, 2,000,000 images\n", text, StringComparison.Ordinal);
        Assert.Contains("of 200,000 jobs spread over all 2,000,000 would be refused", text, StringComparison.Ordinal);
        Assert.Contains("width is 512: at most 256 for model shapes", text, StringComparison.Ordinal);
        Assert.Contains("  job 1               aaaaaa\n", text, StringComparison.Ordinal);
    }

    private static WorkerView Measured => new()
    {
        Alive = true,
        Heartbeat = new WorkerHeartbeat
        {
            WorkerId = "w", Host = "h", Model = "shapes", ExecutionProvider = "CPU", Device = "d", RuntimeVersion = "1", Version = "1", State = WorkerState.Idle,
            Holds = [], ImagesDone = 100, GpuSeconds = 50, PixelPasses = 100 * 128 * 128 * 20 * 2, BytesStored = 1_500_000, StartedAt = Now, At = Now,
        },
    };

    private static async Task<string> ShowAsync(
        string name, string content, PlanNumbers numbers, IReadOnlyList<ModelView>? models, IReadOnlyList<WorkerView> workers, SubmitJob? defaults = null)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of(name), content);
        var plan = await BatchPlan.ReadAsync(
            BatchFile.Open(folder.Of(name)), models?.ToDictionary(m => m.Spec.Name, m => m.Spec), defaults ?? new SubmitJob(), samples: 3, CancellationToken.None);
        var text = new StringWriter { NewLine = "\n" };
        new PlanText(text, Now).Write(plan, Estimates.Of(plan, numbers, models, workers), models is null ? null : "http://fleet");
        return text.ToString();
    }
}
