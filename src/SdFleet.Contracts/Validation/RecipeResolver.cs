using System.Globalization;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;

namespace SdFleet.Contracts.Validation;

/// <summary>Turns a submission into a job that leaves nothing open, by the model's defaults and within its limits.</summary>
public static class RecipeResolver
{
    /// <summary>Tenant of submissions where no API keys are configured.</summary>
    public const string DefaultTenant = "default";

    /// <summary>Resolves <paramref name="submission"/>, which must have an <see cref="SubmitJob.Id"/>.</summary>
    /// <param name="submission">What was submitted, read by <see cref="SubmissionReader"/>.</param>
    /// <param name="models">The configured models by name.</param>
    /// <param name="arrivedAt">Stands in for <see cref="SubmitJob.SubmittedAt"/> where a publisher left it out.</param>
    /// <param name="errors">Takes every fault found.</param>
    /// <returns>The job, or null where there were faults.</returns>
    public static ResolvedJob? Resolve(
        SubmitJob submission,
        IReadOnlyDictionary<string, ModelSpec> models,
        DateTimeOffset arrivedAt,
        ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(errors);

        var before = errors.Count;
        if (submission.Id is not { } id)
        {
            errors.Add(new FieldError("id", null, "a UUID; publishers on the broker choose it"));
            return null;
        }

        if (FindModel(submission.Model, models, errors) is not { } model)
        {
            return null;
        }

        var width = submission.Width ?? model.DefaultWidth;
        var height = submission.Height ?? model.DefaultHeight;
        CheckSize(width, height, model, errors);
        var steps = AtMost("steps", submission.Steps ?? model.DefaultSteps, model.MaxSteps, model, errors);
        var images = AtMost("images", submission.Images ?? 1, model.MaxImages, model, errors);
        var seed = submission.Seed ?? DerivedId.SeedFor(id);
        if (seed > SubmitJobFields.MaxSeed - (images - 1))
        {
            errors.Add(new FieldError("seed", Text(seed), $"at most {Text(SubmitJobFields.MaxSeed)} for the last picture, whose seed is seed + images - 1"));
        }

        var scheduler = submission.Scheduler ?? model.DefaultScheduler;
        var schedulerSettings = SchedulerResolver.Settings(submission, scheduler, errors);
        var filters = FiltersOf(submission, model, errors);
        var task = TaskResolver.Task(submission, model, errors);
        var hires = TaskResolver.Hires(submission, model, Math.Max(width, height), steps, errors);
        if (submission.Prompt is null || errors.Count > before)
        {
            return null;
        }

        return new ResolvedJob
        {
            Id = id,
            Tenant = submission.Tenant ?? DefaultTenant,
            Lane = submission.Lane ?? Lane.Normal,
            Images = images,
            Webhook = submission.Webhook,
            SubmittedAt = submission.SubmittedAt ?? arrivedAt,
            Recipe = new Recipe
            {
                Model = model.Name,
                ModelDigest = submission.ModelDigest,
                Prompt = submission.Prompt,
                NegativePrompt = submission.NegativePrompt ?? "",
                Width = width,
                Height = height,
                Steps = steps,
                GuidanceScale = submission.GuidanceScale ?? model.DefaultGuidanceScale,
                Scheduler = scheduler,
                Seed = seed,
                NoiseSource = submission.NoiseSource ?? NoiseSource.Cpu,
                Filters = filters,
                Prompts = TaskResolver.Prompts(submission),
                Loras = submission.Loras is { Count: > 0 } loras ? loras : null,
                Task = task,
                SchedulerSettings = schedulerSettings,
                Hires = hires,
            },
        };
    }

    private static ModelSpec? FindModel(string? name, IReadOnlyDictionary<string, ModelSpec> models, ICollection<FieldError> errors)
    {
        if (name is null && models.Count == 1)
        {
            return models.Values.Single();
        }

        if (name is not null && models.TryGetValue(name, out var model))
        {
            return model;
        }

        // A name that could not be read has been reported already.
        if (!errors.Any(e => e.Field == "model"))
        {
            var known = models.Count == 0 ? "no model is configured" : $"one of {string.Join(", ", models.Keys.Order(StringComparer.Ordinal))}";
            errors.Add(new FieldError("model", name is null ? null : $"\"{name}\"", known));
        }

        return null;
    }

    // Null where nothing is filtered: such a job is the same as before there were filters.
    private static ImageFilters? FiltersOf(SubmitJob submission, ModelSpec model, ICollection<FieldError> errors)
    {
        var none = new ImageFilters();
        var filters = new ImageFilters
        {
            MinClipSimilarity = submission.MinClipSimilarity,
            Blank = submission.FilterBlank ?? none.Blank,
            Unsafe = submission.FilterUnsafe ?? none.Unsafe,
            DuplicateDistance = submission.DuplicateDistance,
            Redraws = submission.Redraws ?? none.Redraws,
        };
        if (filters.MinClipSimilarity is { } least && !model.HasClip)
        {
            errors.Add(new FieldError("minClipSimilarity", least.ToString(CultureInfo.InvariantCulture), $"the workers of model {model.Name} have no CLIP model to score pictures with"));
        }

        if (filters is { Redraws: > 0, JudgePictures: false })
        {
            errors.Add(new FieldError("redraws", Text(filters.Redraws), "only with minClipSimilarity, filterBlank or filterUnsafe, which say what is drawn again"));
        }

        return filters == none ? null : filters;
    }

    private static void CheckSize(int width, int height, ModelSpec model, ICollection<FieldError> errors)
    {
        if (model.Sizes.Count > 0)
        {
            if (!model.Sizes.Any(s => s.Width == width && s.Height == height))
            {
                var allowed = $"model {model.Name} makes {string.Join(", ", model.Sizes)}";
                if (!model.Sizes.Any(s => s.Width == width))
                {
                    errors.Add(new FieldError("width", Text(width), allowed));
                }

                if (!model.Sizes.Any(s => s.Height == height) || model.Sizes.Any(s => s.Width == width))
                {
                    errors.Add(new FieldError("height", Text(height), allowed));
                }
            }

            return;
        }

        AtMost("width", width, model.MaxSize, model, errors);
        AtMost("height", height, model.MaxSize, model, errors);
    }

    private static int AtMost(string field, int value, int limit, ModelSpec model, ICollection<FieldError> errors)
    {
        if (value > limit)
        {
            errors.Add(new FieldError(field, Text(value), $"at most {Text(limit)} for model {model.Name}"));
        }

        return value;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
