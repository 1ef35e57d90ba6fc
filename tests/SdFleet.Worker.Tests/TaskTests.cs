using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Tests;

/// <summary>Attempts that are not just text to image: the worker makes what the library makes alone.</summary>
public sealed class TaskTests : IDisposable
{
    private const int Side = 128;
    private const string Layer = "lora_unet_mid_block_attentions_0_proj_in";
    private const int LayerWidth = 112;

    private static readonly RgbImage Init = Gradient(Side, Side);

    private readonly string _loras = Directory.CreateTempSubdirectory("sdfleet-loras-").FullName;

    public TaskTests() => File.WriteAllBytes(Path.Combine(_loras, "Style v1.safetensors"), Lora(Layer, LayerWidth));

    public void Dispose() => Directory.Delete(_loras, recursive: true);

    [Fact]
    public async Task Work_ImageToImage_IsThePictureThatTheLibraryMakesAlone()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = With(await UploadAsync(worker, Init), new PictureTask { Kind = JobTask.ImageToImage, InitImage = "", Strength = 0.5 });

        var record = await MakeAsync(worker, work);

        var alone = Alone(Text(work) with { InitImage = Init, Strength = 0.5 });
        Assert.Equal(alone, await PixelsAsync(worker, record));
        Assert.Null(record.Loras);
    }

    [Fact]
    public async Task Work_Inpaint_IsThePictureThatTheLibraryMakesAlone()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var mask = new RgbImage(Side, Side);
        mask.Pixels[..(mask.Pixels.Length / 2)].Fill(byte.MaxValue);
        var work = With(
            await UploadAsync(worker, Init),
            new PictureTask { Kind = JobTask.Inpaint, InitImage = "", Mask = await UploadAsync(worker, mask), Strength = 0.9, Overlay = true, MaskBlending = Contracts.Jobs.MaskBlending.Soft });

        var made = await PixelsAsync(worker, await MakeAsync(worker, work));

        var alone = Alone(Text(work) with
        {
            InitImage = Init, Mask = GrayImage.FromRgb(mask), Strength = 0.9, Overlay = true, MaskBlending = Diffusion.Pipelines.MaskBlending.Soft,
        });
        Assert.Equal(alone, made);

        // What the mask keeps is there pixel by pixel.
        Assert.Equal(Init.Pixels[(Init.Pixels.Length / 2)..].ToArray(), made[(made.Length / 2)..]);
    }

    [Fact]
    public async Task Work_Outpaint_ExtendsThePicture()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = With(
            await UploadAsync(worker, Init),
            new PictureTask { Kind = JobTask.Outpaint, InitImage = "", Strength = 1, Overlay = true, MaskBlending = Contracts.Jobs.MaskBlending.Hard, Outpaint = new OutpaintSides { Right = 32, Feather = 8 } });

        var record = await MakeAsync(worker, work);

        using var pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path);
        var task = new Outpainting { Right = 32, Feather = 8 }.Apply(Text(work) with { Strength = 1 }, Init, pipeline.Info.RoundMultiple);
        Assert.Equal((task.Width, task.Height), (record.Width, record.Height));
        Assert.Equal(pipeline.Generate([task])[0].Image.Pixels.ToArray(), await PixelsAsync(worker, record));
    }

    [Fact]
    public async Task Work_SecondPass_IsLargerAndAsTheLibraryMakesIt()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = WorkerFixture.Work(steps: 2);
        work = work with { Recipe = work.Recipe with { Hires = new HiresPass { Scale = 1.5, Strength = 0.5, Steps = 2 } } };

        var record = await MakeAsync(worker, work);

        using var pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path);
        var alone = pipeline.GenerateHires([Text(work)], new HiresOptions { Scale = 1.5, Strength = 0.5, Steps = 2 })[0].Image;
        Assert.Equal((192, 192), (record.Width, record.Height));
        Assert.Equal(alone.Pixels.ToArray(), await PixelsAsync(worker, record));
    }

    [Fact]
    public async Task Work_PromptOptions_AreTheLibrarys()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = WorkerFixture.Work(prompt: "a (red circle:1.4) BREAK on white");
        work = work with
        {
            Recipe = work.Recipe with
            {
                Prompts = new PromptReading { Syntax = Contracts.Jobs.PromptSyntax.Weighted, LongPrompts = Contracts.Jobs.LongPrompts.Chunk, ClipSkip = 1, GuidanceRescale = 0.7 },
            },
        };

        var record = await MakeAsync(worker, work);

        Assert.Equal(
            Alone(Text(work) with
            {
                PromptSyntax = Diffusion.Tokenization.PromptSyntax.Weighted, LongPrompts = Diffusion.Tokenization.LongPrompts.Chunk, ClipSkip = 1, GuidanceRescale = 0.7,
            }),
            await PixelsAsync(worker, record));
        var text = A1111Parameters.Parse(PngReader.ReadTexts(await FileAsync(worker, record)).Single(t => t.Keyword == A1111Parameters.Keyword).Text);
        Assert.Equal(("2", "weighted", "chunk", "0.7"), (text["Clip skip"], text["Prompt syntax"], text["Long prompts"], text["CFG rescale"]));
    }

    [Fact]
    public async Task Work_SchedulerSettings_AreTheLibrarys()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var plain = WorkerFixture.Work();
        var ddim = Set(new SchedulerSettings { Eta = 0.5, TimestepSpacing = "trailing" });
        var euler = Set(new SchedulerSettings { UseKarrasSigmas = true }, "EulerDiscreteScheduler");

        var (first, second, third) = (await MakeAsync(worker, plain), await MakeAsync(worker, ddim), await MakeAsync(worker, euler));

        Assert.Equal(Alone(Text(plain)), await PixelsAsync(worker, first));
        Assert.Equal(
            Alone(Text(ddim) with { Scheduler = new SchedulerOptions { Name = "ddim", Eta = 0.5, TimestepSpacing = "trailing" } }), await PixelsAsync(worker, second));
        Assert.Equal(
            Alone(Text(euler) with { Scheduler = new SchedulerOptions { Name = "EulerDiscreteScheduler", UseKarrasSigmas = true } }), await PixelsAsync(worker, third));
        Assert.Equal(3, new[] { first.Sha256, second.Sha256, third.Sha256 }.Distinct().Count());
        Assert.NotEqual(Alone(Text(euler)), await PixelsAsync(worker, third));
        var text = A1111Parameters.Parse(PngReader.ReadTexts(await FileAsync(worker, second)).Single(t => t.Keyword == A1111Parameters.Keyword).Text);
        Assert.Equal("timestepSpacing=trailing, eta=0.5", text["Scheduler settings"]);

        GenerateImages Set(SchedulerSettings settings, string scheduler = "ddim") =>
            plain with { JobId = Guid.NewGuid(), Recipe = plain.Recipe with { Scheduler = scheduler, SchedulerSettings = settings } };
    }

    [Fact]
    public async Task Work_LoraByName_ChangesThePictureAndIsRecordedWithItsDigest()
    {
        await using var worker = await WorkerFixture.StartAsync(("SdFleet:Worker:LoraFolder", _loras));
        var plain = WorkerFixture.Work();
        var adapted = plain with { JobId = Guid.NewGuid(), Recipe = plain.Recipe with { Loras = [new RecipeLora { Name = "Style v1", Weight = 0.5 }] } };
        var again = plain with { JobId = Guid.NewGuid() };

        // The model as it is comes back after the one that was changed.
        var (first, second, third) = (await MakeAsync(worker, plain), await MakeAsync(worker, adapted), await MakeAsync(worker, again));

        var file = Path.Combine(_loras, "Style v1.safetensors");
        Assert.Equal([new RecipeLora { Name = "Style v1", Weight = 0.5, Sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) }], second.Loras!);
        Assert.Equal(first.ModelDigest, second.ModelDigest);
        Assert.Equal(Alone(Text(plain)), await PixelsAsync(worker, first));
        Assert.Equal(Alone(Text(plain), new Lora(file, 0.5)), await PixelsAsync(worker, second));
        Assert.Equal(first.Sha256, third.Sha256);
        Assert.NotEqual(first.Sha256, second.Sha256);
    }

    [Fact]
    public async Task Work_WhatCannotBeMade_IsInvalidAndSaysWhy()
    {
        File.WriteAllBytes(Path.Combine(_loras, "foreign.safetensors"), Lora("lora_unet_other", 4));
        await using var worker = await WorkerFixture.StartAsync(("SdFleet:Worker:LoraFolder", _loras));
        var (init, text) = (await UploadAsync(worker, Init), await UploadAsync(worker, "no picture"u8.ToArray()));
        var work = WorkerFixture.Work();
        (Recipe Recipe, string Reason)[] wrong =
        [
            (work.Recipe with { Loras = [new RecipeLora { Name = "foreign" }] }, "foreign cannot be used"),
            (With(new string('a', 64), new PictureTask { Kind = JobTask.ImageToImage, InitImage = "", Strength = 0.5 }).Recipe, $"initImage is \"{new string('a', 64)}\""),
            (With(text, new PictureTask { Kind = JobTask.ImageToImage, InitImage = "", Strength = 0.5 }).Recipe, "neither PNG, JPEG nor WebP"),
            (With(init, new PictureTask { Kind = JobTask.Upscale, InitImage = "", NoiseLevel = 20 }).Recipe, "task is upscale: the model shapes is made for textToImage, imageToImage, inpaint, outpaint"),
            (With(init, new PictureTask { Kind = JobTask.ImageToImage, InitImage = "", Strength = 0 }).Recipe, "Strength is 0, which leaves no step"),
            (With(init, new PictureTask { Kind = JobTask.Outpaint, InitImage = "", Strength = 1, Outpaint = new OutpaintSides { Left = 1000 } }).Recipe, "width would be 1128: at most 1024"),
            (work.Recipe with { Prompts = new PromptReading { ClipSkip = 31 } }, "ClipSkip is 31"),
            (work.Recipe with { Scheduler = "DPMSolverMultistepScheduler", SchedulerSettings = new SchedulerSettings { AlgorithmType = "dpmsolver" } }, "final_sigmas_type \"zero\" is not supported"),
            (work.Recipe with { Scheduler = "deis", SchedulerSettings = new SchedulerSettings { SolverOrder = 4 } }, "solver_order 4 is not supported"),
        ];

        foreach (var (recipe, reason) in wrong)
        {
            var attempt = work with { JobId = Guid.NewGuid(), Recipe = recipe };
            await worker.ReleaseAsync(attempt);
            var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == attempt.JobId);
            Assert.Equal(ErrorClass.Invalid, failed.ErrorClass);
            Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
        }

        // And the model is still there.
        await MakeAsync(worker, work);
    }

    // Another worker may have it, so the coordinator counts the tries.
    [Fact]
    public async Task Work_LoraThatTheWorkerHasNot_IsForAnother()
    {
        await using var worker = await WorkerFixture.StartAsync(("SdFleet:Worker:LoraFolder", _loras));
        var work = WorkerFixture.Work();
        (RecipeLora Lora, string Reason)[] wrong =
        [
            (new RecipeLora { Name = "../Style v1" }, "loras[0].name is \"../Style v1\": one of Style v1"),
            (new RecipeLora { Name = "Style v1", Sha256 = new string('0', 64) }, "loras[0].sha256"),
        ];
        foreach (var (lora, reason) in wrong)
        {
            await FailsAsync(lora, reason);
        }

        File.SetLastWriteTimeUtc(Path.Combine(_loras, "Style v1.safetensors"), DateTime.UnixEpoch);
        await FailsAsync(new RecipeLora { Name = "Style v1" }, "was changed since this worker started");

        async Task FailsAsync(RecipeLora lora, string reason)
        {
            var attempt = work with { JobId = Guid.NewGuid(), Recipe = work.Recipe with { Loras = [lora] } };
            await worker.ReleaseAsync(attempt);
            var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == attempt.JobId);
            Assert.Equal(ErrorClass.Transient, failed.ErrorClass);
            Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Work_OneOfAPassThatTheModelRefuses_CostsTheOthersNothing()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var before = WorkerFixture.Work(images: 4, steps: 40);
        await worker.ReleaseAsync(before);
        await worker.WaitForAsync<JobStarted>(e => e.JobId == before.JobId);
        var (good, bad) = (WorkerFixture.Work(), WorkerFixture.Work());
        bad = bad with { Recipe = bad.Recipe with { Prompts = new PromptReading { ClipSkip = 31 } } };

        await Task.WhenAll(worker.ReleaseAsync(good), worker.ReleaseAsync(bad));

        await worker.WaitForAsync<JobCompleted>(e => e.JobId == good.JobId);
        Assert.Equal(ErrorClass.Invalid, (await worker.WaitForAsync<JobFailed>(e => e.JobId == bad.JobId)).ErrorClass);
    }

    [Fact]
    public void GoesWith_WhatAPassShares_MustAgree()
    {
        var work = WorkerFixture.Work();
        var text = Text(work);
        var image = text with { InitImage = Init, Strength = 0.5 };
        var masked = image with { Mask = GrayImage.FromRgb(Init) };
        var (lora, hires) = (new PassSettings([new Lora("a", 0.5)], null), new PassSettings([], new HiresOptions()));

        Assert.True(Goes(text, text with { Prompt = "another", Seed = 9, GuidanceScale = 1, ClipSkip = 1 }));
        Assert.True(Goes(image, image with { InitImage = Gradient(Side, Side) }));
        Assert.True(Goes(Set(new() { Eta = 0.5 }), Set(new() { Eta = 0.5 })));
        Assert.False(Goes(Set(new() { Eta = 0.5 }), Set(new() { Eta = 0.6 })));
        Assert.False(Goes(Set(new() { ClipSample = true }), text));
        Assert.True(Goes(text, text, lora, new PassSettings([new Lora("a", 0.5)], null)));
        Assert.True(Goes(text, text, hires, new PassSettings([], new HiresOptions())));
        Assert.False(Goes(text, text with { Width = 64 }));
        Assert.False(Goes(text, text with { InitImage = Init }));
        Assert.False(Goes(image, image with { Strength = 0.6 }));
        Assert.False(Goes(image, masked));
        Assert.False(Goes(masked, masked with { MaskBlending = Diffusion.Pipelines.MaskBlending.Soft }));
        Assert.False(Goes(text, text, PassSettings.Plain, lora));
        Assert.False(Goes(text, text, lora, new PassSettings([new Lora("a", 0.6)], null)));
        Assert.False(Goes(text, text, PassSettings.Plain, hires));
        Assert.False(Goes(text, text, hires, new PassSettings([], new HiresOptions { Scale = 3 })));

        GenerationTask Set(SchedulerSettings settings) => RecipeTasks.Of(work.Recipe with { SchedulerSettings = settings }, 1).Single();

        bool Goes(GenerationTask one, GenerationTask other, PassSettings? first = null, PassSettings? second = null) =>
            new InferenceItem(work, [one], first ?? PassSettings.Plain, default).GoesWith(new InferenceItem(work, [other], second ?? PassSettings.Plain, default));
    }

    // An older coordinator releases what it read of the recipe: without the fields that it does not know.
    [Fact]
    public async Task Work_WhoseTaskWasLostOnTheWay_GoesBackAndIsNoTextToImage()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = With(new string('a', 64), new PictureTask { Kind = JobTask.ImageToImage, InitImage = "", Strength = 0.5 });
        var lost = work with { Recipe = RecipeSeal.Close(work.Recipe) with { Task = null } };

        await worker.ReleaseAsync(lost);

        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);
        Assert.Equal(ErrorClass.Transient, failed.ErrorClass);
        Assert.Contains("needs-newer-services", failed.Reason, StringComparison.Ordinal);
    }

    private static GenerateImages With(string init, PictureTask task)
    {
        var work = WorkerFixture.Work();
        return work with { Recipe = work.Recipe with { Task = task with { InitImage = init } } };
    }

    private static GenerationTask Text(GenerateImages work) => new()
    {
        Prompt = work.Recipe.Prompt,
        Width = work.Recipe.Width,
        Height = work.Recipe.Height,
        Steps = work.Recipe.Steps,
        GuidanceScale = work.Recipe.GuidanceScale,
        Scheduler = new SchedulerOptions { Name = work.Recipe.Scheduler },
        Seed = work.Recipe.Seed,
    };

    private static byte[] Alone(GenerationTask task, params Lora[] loras)
    {
        using var pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path, adapters: new ModelAdapters { Loras = loras });
        return pipeline.Generate([task])[0].Image.Pixels.ToArray();
    }

    private static async Task<ImageRecord> MakeAsync(WorkerFixture worker, GenerateImages work)
    {
        await worker.ReleaseAsync(work);
        var end = await worker.WaitForAsync<object>(e => e is JobCompleted done ? done.JobId == work.JobId : e is JobFailed failed && failed.JobId == work.JobId);
        return Assert.IsType<JobCompleted>(end).Images.Single();
    }

    private static Task<string> UploadAsync(WorkerFixture worker, RgbImage image) => UploadAsync(worker, PngWriter.ToArray(image));

    private static async Task<string> UploadAsync(WorkerFixture worker, byte[] file)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        await worker.Artifacts.PutAsync(ArtifactName.ForInput("t", sha256), file, "image/png", sha256, metadata: null, WorkerFixture.Soon());
        return sha256;
    }

    private static async Task<byte[]> PixelsAsync(WorkerFixture worker, ImageRecord record) => PngReader.Read(await FileAsync(worker, record)).Pixels.ToArray();

    private static async Task<byte[]> FileAsync(WorkerFixture worker, ImageRecord record)
    {
        await using var content = await worker.Artifacts.OpenReadAsync(record.Artifact, WorkerFixture.Soon());
        using var memory = new MemoryStream();
        await content!.Stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    private static RgbImage Gradient(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i % 3 == 0 ? i / 3 % width : i / 3 / width);
        }

        return image;
    }

    // Of rank 1 and all ones: a safetensors file with the layer's two matrices.
    private static byte[] Lora(string layer, int width)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            [layer + ".lora_down.weight"] = new { dtype = "F32", shape = new[] { 1, width }, data_offsets = new[] { 0, 4 * width } },
            [layer + ".lora_up.weight"] = new { dtype = "F32", shape = new[] { width, 1 }, data_offsets = new[] { 4 * width, 8 * width } },
        });
        var ones = Enumerable.Repeat(BitConverter.GetBytes(1f), 2 * width).SelectMany(bytes => bytes);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. ones];
    }
}
