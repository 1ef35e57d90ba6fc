using System.Text.Json;
using SdFleet.Cli.Batches;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Tests.Batches;

public sealed class SpecificationTests
{
    private static string Example => ExampleOf("shapes");

    // The lines were written by a separate program in another language, from the description of the algorithm. They must not change:
    // whoever has such a file has made pictures by it.
    [Theory]
    [InlineData("shapes")]
    [InlineData("tasks")]
    public async Task Example_Expanded_GivesTheRecordedLines(string name)
    {
        var expected = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Batches", $"{name}.jsonl"));

        Assert.Equal(expected, await LinesOf(BatchFile.Open(ExampleOf(name))));
    }

    // Whatever a line can say that is not the specification's own (prompts, seeds, filters), or the server's.
    [Fact]
    public async Task Fields_OfALine_AreThoseOfASpecification()
    {
        string[] others =
        [
            "id", "tenant", "webhook", "submittedAt", "prompt", "images", "seed", "minClipSimilarity", "filterBlank", "filterUnsafe", "duplicateDistance", "redraws",
        ];
        var job = new SubmitJob
        {
            Prompt = "a", Images = 1, Seed = 5, Model = "shapes", ModelDigest = Digest('d'), NegativePrompt = "b", Width = 64, Height = 72, Steps = 3, GuidanceScale = 2.5,
            Scheduler = "ddim", NoiseSource = NoiseSource.Cuda, Lane = Lane.Interactive, PromptSyntax = PromptSyntax.Weighted, LongPrompts = LongPrompts.Chunk, ClipSkip = 1,
            GuidanceRescale = 0.25, Loras = [new RecipeLora { Name = "hollow", Weight = -0.5, Sha256 = Digest('e') }, new RecipeLora { Name = "Soft + warm: 2" }], Task = JobTask.Outpaint,
            InitImage = Digest('1'), Mask = Digest('2'), DepthMap = Digest('3'), Strength = 0.75, Overlay = false, MaskBlending = MaskBlending.Soft, OutpaintLeft = 8, OutpaintTop = 16,
            OutpaintRight = 24, OutpaintBottom = 32, Feather = 4, NoiseLevel = 5, HiresScale = 1.5, HiresUpscaler = HiresUpscaler.LatentBicubic, HiresStrength = 0.5, HiresSteps = 6,
            SchedulerSettings = new SchedulerSettings { UseKarrasSigmas = true, ClipSample = false, TimestepSpacing = "trailing", SolverOrder = 3, Eta = 0.25 },
        };
        var fields = JsonSerializer.SerializeToNode(job, ContractsJson.Options)!.AsObject();
        Assert.Equal(SubmitJobFields.All.Select(f => f.Name).Except(others).Order(StringComparer.Ordinal), fields.Select(f => f.Key).Except(others).Order(StringComparer.Ordinal));

        fields.Remove("prompt");
        fields.Remove("seed");
        fields["prompts"] = "a";
        fields["seeds"] = 5;

        Assert.Equal(JsonSerializer.Serialize(job, ContractsJson.Options), JsonSerializer.Serialize(Assert.Single(await JobsOf(fields.ToJsonString())), ContractsJson.Options));
    }

    [Fact]
    public async Task Inputs_ThatGoTogether_AreOneChoice()
    {
        var jobs = await JobsOf($$"""
            prompts: a
            task: inpaint
            inputs: [{initImage: {{Digest('1')}}, mask: {{Digest('2')}}}, {initImage: {{Digest('3')}}, mask: {{Digest('4')}}, weight: 2}]
            strength: {from: 0.5, to: 1, step: 0.5}
            """);

        Assert.Equal(
            [('1', '2', 0.5), ('1', '2', 1), ('3', '4', 0.5), ('3', '4', 1), ('3', '4', 0.5), ('3', '4', 1)],
            jobs.Select(j => (j.InitImage![0], j.Mask![0], j.Strength!.Value)));
        Assert.All(jobs, j => Assert.Null(j.DepthMap));
    }

    [Fact]
    public async Task Loras_InSeveralLists_AreSoManyChoices()
    {
        var jobs = await JobsOf("""
            prompts: a
            loras: [[], [{name: hollow}], [{name: hollow, weight: 0.5}, {name: soft}]]
            """);

        Assert.Equal(["", "hollow 1", "hollow 0.5 soft 1"], jobs.Select(j => string.Join(' ', (j.Loras ?? []).Select(l => FormattableString.Invariant($"{l.Name} {l.Weight}")))));
        Assert.Null(jobs[0].Loras);
    }

    [Fact]
    public async Task SchedulerSettings_InAList_AreSoManyChoices()
    {
        var jobs = await JobsOf("""
            prompts: a
            scheduler: [ddim, DPMSolverMultistepScheduler]
            schedulerSettings: [{}, {timestepSpacing: trailing, clipSample: True}]
            """);

        Assert.Equal(
            ["ddim: ", "ddim: timestepSpacing=trailing, clipSample=true", "DPMSolverMultistepScheduler: ", "DPMSolverMultistepScheduler: timestepSpacing=trailing, clipSample=true"],
            jobs.Select(j => $"{j.Scheduler}: {j.SchedulerSettings}"));
        Assert.Null(jobs[0].SchedulerSettings);
    }

    [Fact]
    public async Task Lines_InAnyOrderAndAgain_AreTheSame()
    {
        var source = BatchFile.Open(Example);
        var lines = await LinesOf(source);

        Assert.Equal(lines, await LinesOf(BatchFile.Open(Example)));
        for (var i = lines.Count - 1; i >= 0; i -= 7)
        {
            Assert.Equal(lines[i], source.LineAt(i));
        }
    }

    [Fact]
    public async Task All_WithoutASample_IsTheProductInOrder()
    {
        var jobs = await JobsOf("""
            prompts: ["{a|b}", c]
            width: [64, 128]
            steps: {from: 5, to: 15, step: 5}
            seeds: [3, 9]
            """);

        Assert.Equal(36, jobs.Count);
        var first = new[] { (64, 5, 3), (64, 5, 9), (64, 10, 3), (64, 10, 9), (64, 15, 3), (64, 15, 9), (128, 5, 3) };
        Assert.Equal(first.Select(it => (it.Item1, it.Item2, (long)it.Item3)), jobs.Take(7).Select(j => (j.Width!.Value, j.Steps!.Value, j.Seed!.Value)));
        Assert.Equal(["a", "b", "c"], jobs.Select(j => j.Prompt).Distinct());
        Assert.Equal(36, jobs.Select(j => (j.Prompt, j.Width, j.Steps, j.Seed)).Distinct().Count());
    }

    [Fact]
    public async Task Filters_OfASpecification_AreInEveryJob()
    {
        var jobs = await JobsOf("""
            prompts: [a, b]
            filters: {minClipSimilarity: 0.225, blank: true, unsafe: false, duplicateDistance: 4}
            redraw: {max: 3}
            """);

        Assert.Equal(2, jobs.Count);
        Assert.All(jobs, j => Assert.Equal(
            (0.225, true, false, 4, 3), (j.MinClipSimilarity!.Value, j.FilterBlank!.Value, j.FilterUnsafe!.Value, j.DuplicateDistance!.Value, j.Redraws!.Value)));
        Assert.Null((await JobsOf("prompts: a"))[0].FilterBlank);
    }

    [Fact]
    public async Task Sample_WithinTheCombinations_HasNoneTwice_AndBeyond_EachBeforeAnyComesAgain()
    {
        var prompts = (await JobsOf("""
            prompts: "{a|b|c} {d|e|f|g}"
            sample: 30
            """)).ConvertAll(job => job.Prompt!);

        Assert.Equal(12, prompts.Take(12).Distinct().Count());
        Assert.Equal(12, prompts.Skip(12).Take(12).Distinct().Count());
        Assert.Equal(6, prompts.Skip(24).Distinct().Count());

        // Each round in an order of its own.
        Assert.NotEqual(prompts.Take(12), prompts.Skip(12).Take(12));
    }

    [Fact]
    public async Task Sample_OfMoreThanCanBeListed_IsDrawn()
    {
        var jobs = await JobsOf($"""
            prompts: "{string.Concat(Enumerable.Repeat("{a|b|c|d}", 60))}"
            sample: 500
            """);

        Assert.Equal(500, jobs.Select(job => job.Prompt).Distinct().Count());
    }

    [Fact]
    public async Task Weights_CountAsManyItems()
    {
        var jobs = await JobsOf("""
            prompts: "{color}"
            lists:
              color: [{value: red, weight: 3}, blue]
            steps: [{value: 10, weight: 2}, 20]
            """);

        Assert.Equal(12, jobs.Count);
        Assert.Equal(9, jobs.Count(job => job.Prompt == "red"));
        Assert.Equal(8, jobs.Count(job => job.Steps == 10));
    }

    [Fact]
    public async Task Seeds_Drawn_GiveNoTwoPicturesTheSameNoise()
    {
        var jobs = await JobsOf("""
            prompts: "{a|b|c}"
            seedsPerPrompt: 500
            images: 3
            """);

        var seeds = jobs.SelectMany(job => Enumerable.Range(0, 3).Select(i => job.Seed!.Value + i)).ToList();
        Assert.Equal(4500, seeds.Distinct().Count());
        Assert.All(seeds, seed => Assert.InRange(seed, 0, uint.MaxValue));
    }

    [Fact]
    public async Task Seed_OfTheSpecification_ChangesWhatIsDrawnAndNothingElse()
    {
        const string Text = "prompts: \"{a|b|c|d|e|f|g|h}\"\nsample: 8\nsteps: {between: [1, 1000]}\n";

        var one = await JobsOf(Text + "seed: 1");
        var two = await JobsOf(Text + "seed: 2");

        Assert.NotEqual(one.Select(j => j.Prompt), two.Select(j => j.Prompt));
        Assert.NotEqual(one.Select(j => j.Steps), two.Select(j => j.Steps));
        Assert.Equal(one.Select(j => j.Prompt).Order(), two.Select(j => j.Prompt).Order());
    }

    [Fact]
    public async Task Numbers_DrawnBetween_KeepTheirSteps()
    {
        var jobs = await JobsOf("""
            prompts: "{a|b}"
            sample: 400
            width: {between: [64, 128]}
            guidanceScale: {between: [2, 3]}
            """);

        Assert.Equal([64, 72, 80, 88, 96, 104, 112, 120, 128], jobs.Select(j => j.Width!.Value).Distinct().Order());
        Assert.Equal([2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3], jobs.Select(j => j.GuidanceScale!.Value).Distinct().Order());
    }

    [Fact]
    public async Task Fields_OfEveryKind_AreSet()
    {
        var job = Assert.Single(await JobsOf($"""
            prompts: x
            images: 2
            seeds: 5
            model: shapes
            modelDigest: {new string('a', 64)}
            negativePrompt: "no {"{braces}"}"
            sizes: 128x64
            steps: "7"
            guidanceScale: 2.50
            scheduler: euler_a
            noiseSource: cuda
            lane: bulk
            """));

        Assert.Equal(
            new SubmitJob
            {
                Model = "shapes", ModelDigest = new string('a', 64), Prompt = "x", NegativePrompt = "no {braces}", Images = 2, Seed = 5, Width = 128,
                Height = 64, Steps = 7, GuidanceScale = 2.5, Scheduler = "euler_a", NoiseSource = NoiseSource.Cuda, Lane = Lane.Bulk,
            },
            job);
    }

    [Fact]
    public void Description_IsTheSameForTheSameContent()
    {
        using var folder = new TempFolder();
        var yaml = Open(folder, "a.yaml", "# x\nseed: 1\nprompts:\n  - \"{c}\"\nlists:\n  c: {file: c.txt}\n", ("c.txt", "red\nblue\n"));
        var json = Open(folder, "a.json", "{\n\t\"lists\": {\"c\": {\"file\": \"c.txt\"}},\n\t\"prompts\": [\"\\u007bc}\"], \"seed\": 1}");

        Assert.Equal(
            """{"lists":{"c":{"file":"c.txt","sha256":"3af00c748ba328d2dede76936248d6bcdc8d4617a27d1b725c4025f3fdee43d1"}},"prompts":["{c}"],"seed":1}""",
            yaml.Description);
        Assert.Equal(yaml.Description, json.Description);

        // Of a long one the digest must do: a batch's record has room for 4,000 characters.
        var large = Open(folder, "b.yaml", $"prompts: [{string.Join(", ", Enumerable.Range(0, 2000))}]");
        Assert.Matches("^b.yaml, SHA-256 of its canonical text [0-9a-f]{64}$", large.Description);

        // A list that changes is another batch.
        File.WriteAllText(folder.Of("c.txt"), "red\ngreen\n");
        Assert.NotEqual(yaml.Description, BatchFile.Open(folder.Of("a.yaml")).Description);
    }

    private static string ExampleOf(string name) => Path.Combine(AppContext.BaseDirectory, "Batches", "examples", $"{name}.yaml");

    private static string Digest(char digit) => new(digit, 64);

    private static async Task<List<SubmitJob>> JobsOf(string specification)
    {
        using var folder = new TempFolder();
        var lines = await LinesOf(Open(folder, "a.yaml", specification));
        return lines.ConvertAll(line => JsonSerializer.Deserialize<SubmitJob>(line, ContractsJson.Options)!);
    }

    private static BatchSource Open(TempFolder folder, string name, string text, params (string Name, string Text)[] others)
    {
        foreach (var (file, content) in others.Append((name, text)))
        {
            File.WriteAllText(folder.Of(file), content);
        }

        return BatchFile.Open(folder.Of(name));
    }

    private static async Task<List<string>> LinesOf(BatchSource source)
    {
        var lines = new List<string>();
        await foreach (var line in source.ReadLinesAsync(CancellationToken.None))
        {
            lines.Add(line);
        }

        return lines;
    }
}
