using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Tests;

public sealed class RecipeResolverTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly ModelSpec Shapes = new()
    {
        Name = "shapes",
        DefaultWidth = 128,
        DefaultHeight = 128,
        DefaultSteps = 20,
        DefaultGuidanceScale = 3.5,
        DefaultScheduler = "ddim",
        Sizes = [new ImageSize { Width = 128, Height = 128 }],
        MaxSteps = 50,
        MaxImages = 4,
    };

    [Fact]
    public void Resolve_OnlyAPrompt_TakesTheModelsDefaultsAndADerivedSeed()
    {
        var submission = new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle" };
        var (job, errors) = Resolve(submission, Shapes);

        Assert.Empty(errors);
        Assert.Equal(("default", Lane.Normal, 1, Now), (job!.Tenant, job.Lane, job.Images, job.SubmittedAt));
        Assert.Equal(
            new Recipe { Model = "shapes", Prompt = "a red circle", Width = 128, Height = 128, Steps = 20, GuidanceScale = 3.5, Scheduler = "ddim", Seed = job.Recipe.Seed },
            job.Recipe);
        Assert.Equal(job.Recipe.Seed, Resolve(submission, Shapes).Job!.Recipe.Seed);
        Assert.NotEqual(job.Recipe.Seed, Resolve(submission with { Id = Guid.NewGuid() }, Shapes).Job!.Recipe.Seed);
    }

    [Fact]
    public void Resolve_BeyondTheModelsLimits_ReportsEach()
    {
        var (job, errors) = Resolve(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", Width = 256, Steps = 51, Images = 5 }, Shapes);

        Assert.Null(job);
        Assert.Equal(["images", "steps", "width"], errors.Select(e => e.Field).Order());
        Assert.Contains("128x128", errors.Single(e => e.Field == "width").Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_Filters_AreInTheRecipe()
    {
        var submission = new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", MinClipSimilarity = 0.25, FilterBlank = true, DuplicateDistance = 4, Redraws = 3 };

        var (job, errors) = Resolve(submission, Shapes with { HasClip = true });

        Assert.Empty(errors);
        Assert.Equal(new ImageFilters { MinClipSimilarity = 0.25, Blank = true, DuplicateDistance = 4, Redraws = 3 }, job!.Recipe.Filters);
        Assert.Null(Resolve(new SubmitJob { Id = submission.Id, Prompt = "p", FilterBlank = false, Redraws = 0 }, Shapes).Job!.Recipe.Filters);
    }

    [Fact]
    public void Resolve_ClipSimilarityWithoutAClipModel_IsRefused()
    {
        var (job, errors) = Resolve(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", MinClipSimilarity = 0.25 }, Shapes);

        Assert.Null(job);
        Assert.Equal("minClipSimilarity is 0.25: the workers of model shapes have no CLIP model to score pictures with", Assert.Single(errors).ToString());
    }

    [Fact]
    public void Resolve_RedrawsWithoutAFilterOfPictures_AreRefused()
    {
        var (job, errors) = Resolve(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", DuplicateDistance = 4, Redraws = 3 }, Shapes);

        Assert.Null(job);
        Assert.StartsWith("redraws is 3: only with minClipSimilarity", Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_UnknownModel_NamesTheKnown()
    {
        var (job, errors) = Resolve(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", Model = "nope" }, Shapes);
        Assert.Null(job);
        Assert.Contains("shapes", Assert.Single(errors).Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_NoModelNamedAmongSeveral_IsAsked()
    {
        var (job, errors) = Resolve(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p" }, Shapes, Shapes with { Name = "other" });
        Assert.Null(job);
        Assert.Equal("model", Assert.Single(errors).Field);
    }

    [Fact]
    public void Resolve_LastPicturesSeedBeyondTheLargest_IsRefused()
    {
        var submission = new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", Seed = SubmitJobFields.MaxSeed, Images = 2 };
        Assert.Equal("seed", Assert.Single(Resolve(submission, Shapes).Errors).Field);
        Assert.NotNull(Resolve(submission with { Images = 1 }, Shapes).Job);
    }

    [Fact]
    public void Validate_DefaultsOutsideTheirLimits_ReportsEach()
    {
        var wrong = Shapes with { Name = "No Name", DefaultScheduler = "x", DefaultSteps = 0, MaxImages = 65, DefaultWidth = 100, MaxSize = 5000, DefaultGuidanceScale = double.NaN };
        Assert.Empty(ModelSpecValidator.Validate(Shapes));
        Assert.Equal(8, ModelSpecValidator.Validate(wrong).Count());
    }

    private static (ResolvedJob? Job, List<FieldError> Errors) Resolve(SubmitJob submission, params ModelSpec[] models)
    {
        var errors = new List<FieldError>();
        return (RecipeResolver.Resolve(submission, models.ToDictionary(m => m.Name), Now, errors), errors);
    }
}
