using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class GenerationLimitsTests
{
    private static readonly GenerationTask Good = new() { Prompt = "x", Width = 64, Height = 64, Steps = 1 };

    public static TheoryData<string, GenerationTask, string> Wrong() => new()
    {
        { "Width", Good with { Width = 60 }, "multiple of 8" },
        { "Width", Good with { Width = 0 }, "multiple of 8" },
        { "Height", Good with { Height = -8 }, "multiple of 8" },
        { "Height", Good with { Height = 4104 }, "4096" },
        { "Steps", Good with { Steps = 0 }, "1 to 1000" },
        { "Steps", Good with { Steps = 1001 }, "1 to 1000" },
        { "GuidanceScale", Good with { GuidanceScale = -1 }, "0 to 100" },
        { "GuidanceScale", Good with { GuidanceScale = double.NaN }, "0 to 100" },
        { "GuidanceRescale", Good with { GuidanceRescale = 1.5 }, "0 to 1" },
        { "PromptSyntax", Good with { PromptSyntax = (PromptSyntax)2 }, "Plain, Weighted" },
        { "LongPrompts", Good with { LongPrompts = (LongPrompts)2 }, "Truncate, Chunk" },
        { "ClipSkip", Good with { ClipSkip = 32 }, "0 to 31" },
        { "Eta", Good with { Scheduler = new() { Eta = 2 } }, "0 to 1" },
        { "Prompt", Good with { Prompt = new string('x', 20_001) }, "20000" },
        { "Prompt", Good with { Prompt = null! }, "" },
        { "NegativePrompt", Good with { NegativePrompt = null! }, "" },
        { "Scheduler", Good with { Scheduler = null! }, "" },
    };

    public static TheoryData<string, GenerationTask> Different() => new()
    {
        { "Width", Good with { Width = 72 } },
        { "Height", Good with { Height = 72 } },
        { "Steps", Good with { Steps = 2 } },
        { "Scheduler", Good with { Scheduler = new() { Name = "pndm" } } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Check_WrongTask_NamesFieldAndLimit(string field, GenerationTask task, string limit)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => GenerationLimits.Check([Good, task], sizeMultiple: 8));

        Assert.Equal(field, error.ParamName);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Different), DisableDiscoveryEnumeration = true)]
    public void Check_TasksThatDoNotFitTogether_NameTheField(string field, GenerationTask task) =>
        Assert.Equal(field, Assert.Throws<ArgumentException>(() => GenerationLimits.Check([Good, task], sizeMultiple: 8)).ParamName);

    [Fact]
    public void Check_EmptyOrTooLargeBatch_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => GenerationLimits.Check([], sizeMultiple: 8));
        Assert.Throws<ArgumentException>(() => GenerationLimits.Check([.. Enumerable.Repeat(Good, 257)], sizeMultiple: 8));
        GenerationTask large = Good with { Width = 4096, Height = 4096 };
        Assert.Throws<ArgumentException>(() => GenerationLimits.Check([.. Enumerable.Repeat(large, 17)], sizeMultiple: 8));
    }

    [Fact]
    public void Generate_UnknownScheduler_SaysWhichThereAre()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => pipeline.Generate([pipeline.CreateTask("x") with { Scheduler = new() { Name = "nothing" } }]));

        Assert.Contains("ddim", error.Message, StringComparison.Ordinal);
    }
}
