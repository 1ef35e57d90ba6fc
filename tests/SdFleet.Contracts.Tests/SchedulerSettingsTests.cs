using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Tests;

/// <summary>Jobs whose scheduler differs from the model's own configuration.</summary>
public sealed class SchedulerSettingsTests
{
    private static readonly ModelSpec Model = new()
    {
        Name = "shapes", DefaultWidth = 128, DefaultHeight = 128, DefaultSteps = 20, DefaultGuidanceScale = 3, DefaultScheduler = "ddim", MaxSize = 512, MaxSteps = 50,
    };

    [Fact]
    public void Resolve_Settings_AreInTheRecipeInTheirOwnWords()
    {
        var recipe = Recipe("""{"prompt":"p","scheduler":"DPMSolverMultistepScheduler","schedulerSettings":{"useKarrasSigmas":true,"algorithmType":"SDE-DPMSolver++","solverOrder":3,"sigmaMin":null,"eta":0.5}}""");

        Assert.Equal(new SchedulerSettings { UseKarrasSigmas = true, AlgorithmType = "sde-dpmsolver++", SolverOrder = 3, Eta = 0.5 }, recipe.SchedulerSettings);
        Assert.Equal("useKarrasSigmas=true, algorithmType=sde-dpmsolver++, solverOrder=3, eta=0.5", recipe.SchedulerSettings!.ToString());
    }

    // What asks for nothing is what it always was, so that what was stored before is still the same job.
    [Theory]
    [InlineData("""{"prompt":"p","seed":1}""")]
    [InlineData("""{"prompt":"p","seed":1,"schedulerSettings":null}""")]
    [InlineData("""{"prompt":"p","seed":1,"schedulerSettings":{}}""")]
    [InlineData("""{"prompt":"p","seed":1,"schedulerSettings":{"eta":null}}""")]
    public void Resolve_NoSettings_HasTheDigestOfBefore(string json)
    {
        var (job, _) = Resolve(json);
        const string Before = """{"tenant":"default","lane":"normal","images":1,"recipe":{"model":"shapes","prompt":"p","negativePrompt":"","width":128,"height":128,"steps":20,"guidanceScale":3,"scheduler":"ddim","seed":1,"noiseSource":"cpu"}}""";

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Before))), JobDigest.Of(job!));
    }

    [Fact]
    public void JobDigest_OfDifferentSettings_IsAnother()
    {
        string[] settings = ["{}", """{"eta":0.5}""", """{"eta":0.6}""", """{"clipSample":false}""", """{"clipSample":true}""", """{"timestepSpacing":"trailing"}"""];

        var digests = settings.Select(it => JobDigest.Of(Resolve($$"""{"prompt":"p","seed":1,"schedulerSettings":{{it}}}""").Job!));

        Assert.Equal(settings.Length, digests.Distinct().Count());
    }

    [Theory]
    [InlineData("true", "schedulerSettings is true: an object with useKarrasSigmas, useExponentialSigmas")]
    [InlineData("""{"useKarrasSigmas":"yes"}""", "schedulerSettings.useKarrasSigmas is \"yes\": true or false")]
    [InlineData("""{"timestepSpacing":"even"}""", "schedulerSettings.timestepSpacing is \"even\": one of leading, linspace, trailing")]
    [InlineData("""{"eta":1.5}""", "schedulerSettings.eta is 1.5: a number from 0 to 1")]
    [InlineData("""{"solverOrder":2.5}""", "schedulerSettings.solverOrder is 2.5: an integer from 1 to 6")]
    [InlineData("""{"predictionType":"epsilon"}""", "schedulerSettings.predictionType is \"epsilon\": not a field; the fields are useKarrasSigmas")]
    [InlineData("""{"use_karras_sigmas":true}""", "schedulerSettings.use_karras_sigmas is true: not a field")]
    [InlineData("""{"eta":0.5,"eta":0.6}""", "schedulerSettings.eta is 0.6: given twice")]
    [InlineData("""{"useKarrasSigmas":true,"useBetaSigmas":true}""", "schedulerSettings.useBetaSigmas is true: not beside useKarrasSigmas")]
    public void Resolve_WrongSetting_IsNamedWithWhatIsAllowed(string settings, string message)
    {
        var (job, errors) = Resolve($$"""{"prompt":"p","schedulerSettings":{{settings}}}""");

        Assert.Null(job);
        Assert.StartsWith(message, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_SettingThatTheNameDecides_IsNotSilentlyLost()
    {
        var (_, errors) = Resolve("""{"prompt":"p","scheduler":"euler","schedulerSettings":{"useKarrasSigmas":true,"timestepSpacing":"trailing"}}""");

        Assert.Equal(
            "schedulerSettings.useKarrasSigmas is true: not with the scheduler euler, which decides it; EulerDiscreteScheduler leaves it open",
            Assert.Single(errors).ToString());
        Assert.NotNull(Recipe("""{"prompt":"p","scheduler":"EulerDiscreteScheduler","schedulerSettings":{"useKarrasSigmas":true}}""").SchedulerSettings);
    }

    // A scheduler that could not be read says nothing of what it decides.
    [Fact]
    public void Resolve_UnknownScheduler_IsTheOnlyError()
    {
        var (_, errors) = Resolve("""{"prompt":"p","scheduler":"magic","schedulerSettings":{"useKarrasSigmas":true}}""", Model with { DefaultScheduler = "euler" });

        Assert.Equal("scheduler", Assert.Single(errors).Field);
    }

    [Fact]
    public void Submission_OfARecipe_ResolvesToItAgain()
    {
        var recipe = Recipe("""{"prompt":"p","schedulerSettings":{"eta":0.5,"timestepSpacing":"trailing"}}""");

        var again = RecipeResolver.Resolve(RecipeSubmission.Of(recipe) with { Id = Guid.NewGuid() }, Models(Model), DateTimeOffset.UnixEpoch, new List<FieldError>())!.Recipe;

        Assert.Equal(Json(recipe), Json(again));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"clipSkip\":1")]
    public void Seal_OfARecipeWithSettings_IsOpenedOnlyWhereTheyAreRead(string more)
    {
        var recipe = Recipe($$"""{"prompt":"p","schedulerSettings":{"eta":0.5}{{more}}}""");

        var closed = RecipeSeal.Close(recipe);

        Assert.Equal("needs-scheduler-settings:", closed.ModelDigest);
        Assert.Equal(Json(recipe), Json(RecipeSeal.Open(closed)));

        // A service that knows prompts' options and not these settings has dropped them.
        var stripped = closed with { SchedulerSettings = null };
        Assert.Equal(closed.ModelDigest, RecipeSeal.Open(stripped).ModelDigest);
    }

    // Every member has a rule of its name and kind, and the other way round.
    [Fact]
    public void Fields_AreTheMembers()
    {
        var members = typeof(SchedulerSettings).GetProperties().ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), p => Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType, StringComparer.Ordinal);

        Assert.Equal(members.Keys, SchedulerSettingsFields.All.Select(f => f.Name));
        Assert.All(SchedulerSettingsFields.All, field => Assert.Equal(
            field.Kind switch { FieldKind.Truth => typeof(bool), FieldKind.WholeNumber => typeof(int), FieldKind.Number => typeof(double), _ => typeof(string) }, members[field.Name]));
    }

    [Fact]
    public void Read_EverySetting_IsKept()
    {
        var all = new JsonObject(SchedulerSettingsFields.All.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)(field.Kind switch
        {
            FieldKind.Truth => (JsonNode)true,
            FieldKind.Word => (JsonNode)field.Words[^1],
            _ => (JsonNode)field.Max,
        }))));
        var errors = new List<FieldError>();

        var job = SubmissionReader.Read(Encoding.UTF8.GetBytes($$"""{"prompt":"p","schedulerSettings":{{all.ToJsonString()}}}"""), SubmissionDoor.Http, errors);

        Assert.Empty(errors);
        Assert.Equal(all.ToJsonString(), JsonSerializer.Serialize(job.SchedulerSettings, ContractsJson.Options));
    }

    private static Dictionary<string, ModelSpec> Models(ModelSpec model) => new() { [model.Name] = model };

    private static string Json(Recipe recipe) => JsonSerializer.Serialize(recipe, ContractsJson.Options);

    private static Recipe Recipe(string json)
    {
        var (job, errors) = Resolve(json);
        Assert.Empty(errors);
        return job!.Recipe;
    }

    private static (ResolvedJob? Job, List<FieldError> Errors) Resolve(string json, ModelSpec? model = null)
    {
        var errors = new List<FieldError>();
        var submission = SubmissionReader.Read(Encoding.UTF8.GetBytes(json), SubmissionDoor.Http, errors);
        var job = RecipeResolver.Resolve(submission with { Id = Guid.NewGuid() }, Models(model ?? Model), DateTimeOffset.UnixEpoch, errors);
        return (errors.Count > 0 ? null : job, errors);
    }
}
