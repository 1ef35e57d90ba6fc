using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Tests;

/// <summary>Jobs that are not just text to image.</summary>
public sealed class TaskTests
{
    private const string Init = "\"initImage\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"";
    private const string Mask = "\"mask\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"";

    private static readonly string InitDigest = new('a', 64);
    private static readonly string MaskDigest = new('b', 64);

    private static readonly ModelSpec Model = new()
    {
        Name = "shapes", DefaultWidth = 128, DefaultHeight = 128, DefaultSteps = 20, DefaultGuidanceScale = 3, DefaultScheduler = "ddim", MaxSize = 512, MaxSteps = 50,
    };

    [Fact]
    public void Resolve_ImageToImage_IsCompleteInTheRecipe() => Assert.Equal(
        new PictureTask { Kind = JobTask.ImageToImage, InitImage = InitDigest, Strength = 0.8 },
        Recipe($$"""{"prompt":"p","task":"IMAGETOIMAGE",{{Init}}}""").Task);

    [Fact]
    public void Resolve_Inpaint_KeepsWhatIsKeptPixelByPixel() => Assert.Equal(
        new PictureTask { Kind = JobTask.Inpaint, InitImage = InitDigest, Mask = MaskDigest, Strength = 0.5, Overlay = true, MaskBlending = MaskBlending.Soft },
        Recipe($$"""{"prompt":"p","task":"inpaint",{{Init}},{{Mask}},"strength":0.5,"maskBlending":"soft"}""").Task);

    [Fact]
    public void Resolve_Outpaint_BeginsAtNoise() => Assert.Equal(
        new PictureTask
        {
            Kind = JobTask.Outpaint, InitImage = InitDigest, Strength = 1, Overlay = false, MaskBlending = MaskBlending.Hard,
            Outpaint = new OutpaintSides { Right = 64, Feather = 16 },
        },
        Recipe($$"""{"prompt":"p","task":"outpaint",{{Init}},"outpaintRight":64,"overlay":false}""").Task);

    [Fact]
    public void Resolve_Upscale_HasNoStrength() => Assert.Equal(
        new PictureTask { Kind = JobTask.Upscale, InitImage = InitDigest, NoiseLevel = 20 },
        Recipe($$"""{"prompt":"p","task":"upscale",{{Init}}}""").Task);

    [Fact]
    public void Resolve_SecondPass_TakesTheStepsOfTheFirst()
    {
        var recipe = Recipe("""{"prompt":"p","hiresScale":2,"steps":10}""");

        Assert.Equal(new HiresPass { Scale = 2, Upscaler = HiresUpscaler.Lanczos, Strength = 0.5, Steps = 10 }, recipe.Hires);

        // Ten steps, and half of ten at four times the pixels; guidance doubles both.
        Assert.Equal(128 * 128 * 2 * (10 + (4 * 5)), recipe.PixelPasses());
        Assert.Equal(128 * 128 * 2 * 20 * 0.8, Recipe($$"""{"prompt":"p","task":"imageToImage",{{Init}}}""").PixelPasses());
    }

    [Fact]
    public void Resolve_PromptOptionsAndLoras_AreInTheRecipe()
    {
        var recipe = Recipe("""{"prompt":"p","promptSyntax":"weighted","longPrompts":"chunk","clipSkip":1,"guidanceRescale":0.7,"loras":[{"name":"style","weight":0.5},{"name":"other"}]}""");

        Assert.Equal(new PromptReading { Syntax = PromptSyntax.Weighted, LongPrompts = LongPrompts.Chunk, ClipSkip = 1, GuidanceRescale = 0.7 }, recipe.Prompts);
        Assert.Equal([new RecipeLora { Name = "style", Weight = 0.5 }, new RecipeLora { Name = "other", Weight = 1 }], recipe.Loras!);
    }

    // What asks for nothing new is what it always was, so that what was stored before is still the same job.
    [Fact]
    public void Resolve_EverythingAsItAlwaysWas_HasTheDigestOfBefore()
    {
        var (job, _) = Resolve("""{"prompt":"p","seed":1,"task":"textToImage","promptSyntax":"plain","longPrompts":"truncate","clipSkip":0,"guidanceRescale":0}""");
        const string Json = """{"tenant":"default","lane":"normal","images":1,"recipe":{"model":"shapes","prompt":"p","negativePrompt":"","width":128,"height":128,"steps":20,"guidanceScale":3,"scheduler":"ddim","seed":1,"noiseSource":"cpu"}}""";

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json))), JobDigest.Of(job!));
        Assert.NotEqual(JobDigest.Of(job!), JobDigest.Of(Resolve("""{"prompt":"p","seed":1,"clipSkip":1}""").Job!));
    }

    [Theory]
    [InlineData($$"""{"prompt":"p",{{Init}}}""", "initImage")]
    [InlineData("""{"prompt":"p","strength":0.5,"noiseLevel":3}""", "noiseLevel,strength")]
    [InlineData("""{"prompt":"p","task":"imageToImage"}""", "initImage")]
    [InlineData("""{"prompt":"p","task":"inpaint"}""", "initImage,mask")]
    [InlineData($$"""{"prompt":"p","task":"imageToImage",{{Init}},{{Mask}}}""", "mask")]
    [InlineData($$"""{"prompt":"p","task":"outpaint",{{Init}}}""", "outpaintRight")]
    [InlineData($$"""{"prompt":"p","task":"outpaint",{{Init}},"outpaintTop":300,"outpaintBottom":300}""", "outpaintBottom")]
    [InlineData($$"""{"prompt":"p","task":"outpaint",{{Init}},"outpaintTop":8,"width":128}""", "width")]
    [InlineData($$"""{"prompt":"p","task":"upscale",{{Init}},"strength":0.5,"overlay":true}""", "overlay,strength")]
    [InlineData($$"""{"prompt":"p","task":"inpaint",{{Init}},{{Mask}},"hiresScale":2}""", "hiresScale")]
    [InlineData("""{"prompt":"p","hiresScale":4.5}""", "hiresScale")]
    [InlineData("""{"prompt":"p","hiresScale":2,"hiresSteps":51}""", "hiresSteps")]
    [InlineData("""{"prompt":"p","hiresSteps":5,"hiresStrength":0.5}""", "hiresSteps,hiresStrength")]
    [InlineData("""{"prompt":"p","task":"draw","strength":0.5}""", "task")]
    [InlineData("""{"prompt":"p","task":"imageToImage","initImage":"http://169.254.169.254/"}""", "initImage")]
    [InlineData("""{"prompt":"p","loras":[{"name":"a"},{"name":"a"}]}""", "loras[1].name")]
    [InlineData("""{"prompt":"p","loras":[{"weight":11},{"name":"a","weight":11,"size":1},5]}""", "loras[0].name,loras[1].size,loras[1].weight,loras[2]")]
    public void Resolve_FieldsThatDoNotGoTogether_AreNamed(string json, string fields)
    {
        var (job, errors) = Resolve(json);

        Assert.Null(job);
        Assert.Equal(fields.Split(',').Order(StringComparer.Ordinal), errors.Select(e => e.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Resolve_FieldOfAnotherTask_SaysWhichTask()
    {
        var (_, errors) = Resolve("""{"prompt":"p","strength":0.5}""");

        Assert.Equal(
            "strength is 0.5: only where task is imageToImage or inpaint or outpaint or depthToImage, and it is textToImage", Assert.Single(errors).ToString());
    }

    [Theory]
    [InlineData("""{"prompt":"p","images":3}""")]
    [InlineData("""{"prompt":"p","clipSkip":2,"hiresScale":1.5,"hiresUpscaler":"latentBilinear","hiresSteps":3,"loras":[{"name":"a","weight":-1}]}""")]
    [InlineData($$"""{"prompt":"p","task":"inpaint",{{Init}},{{Mask}},"overlay":false,"maskBlending":"soft"}""")]
    [InlineData($$"""{"prompt":"p","task":"outpaint",{{Init}},"outpaintLeft":8,"feather":0}""")]
    [InlineData($$"""{"prompt":"p","task":"upscale",{{Init}},"noiseLevel":7}""")]
    [InlineData($$"""{"prompt":"p","task":"depthToImage",{{Init}},"depthMap":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"}""")]
    public void Submission_OfARecipe_ResolvesToItAgain(string json)
    {
        var recipe = Recipe(json);

        var again = RecipeResolver.Resolve(RecipeSubmission.Of(recipe) with { Id = Guid.NewGuid() }, Models(), DateTimeOffset.UnixEpoch, new List<FieldError>())!.Recipe;

        Assert.Equal(Json(recipe), Json(again));
    }

    [Fact]
    public void Seal_OfWhatEveryVersionReads_IsNone()
    {
        var recipe = Recipe("""{"prompt":"p"}""");

        Assert.Same(recipe, RecipeSeal.Close(recipe));
        Assert.Same(recipe, RecipeSeal.Open(recipe));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"modelDigest\":\"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\"")]
    public void Seal_OfANewerRecipe_IsNoDigestOfAnyWeights(string digest)
    {
        var recipe = Recipe($$"""{"prompt":"p","clipSkip":1{{digest}}}""");

        var closed = RecipeSeal.Close(recipe);

        // A worker of an older version compares this with its own, and gives the job back.
        Assert.StartsWith("needs-newer-services:", closed.ModelDigest, StringComparison.Ordinal);
        Assert.Equal(Json(recipe), Json(RecipeSeal.Open(closed)));

        // An older coordinator has dropped what it does not know.
        var stripped = closed with { Prompts = null };
        Assert.Equal(closed.ModelDigest, RecipeSeal.Open(stripped).ModelDigest);
    }

    [Fact]
    public void ForInput_TenantAndDigest_AreTheName() =>
        Assert.Equal($"inputs/acme.pictures/{InitDigest}", ArtifactName.ForInput("acme", InitDigest));

    private static Dictionary<string, ModelSpec> Models() => new() { [Model.Name] = Model };

    private static string Json(Recipe recipe) => JsonSerializer.Serialize(recipe, ContractsJson.Options);

    private static Recipe Recipe(string json)
    {
        var (job, errors) = Resolve(json);
        Assert.Empty(errors);
        return job!.Recipe;
    }

    private static (ResolvedJob? Job, List<FieldError> Errors) Resolve(string json)
    {
        var errors = new List<FieldError>();
        var submission = SubmissionReader.Read(Encoding.UTF8.GetBytes(json), SubmissionDoor.Http, errors);
        var job = RecipeResolver.Resolve(submission with { Id = Guid.NewGuid() }, Models(), DateTimeOffset.UnixEpoch, errors);
        return (errors.Count > 0 ? null : job, errors);
    }
}
