using System.Text;
using SdFleet.Cli.Batches.Specification;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;
using SdFleet.Coordinator.Datasets.Statistics;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>What a batch would be: counted, checked and looked at, before anything is submitted.</summary>
internal sealed class BatchPlan
{
    /// <summary>A specification with more jobs than this is checked at so many places, spread evenly.</summary>
    public const int MostChecked = 200_000;

    private const int MostMistakes = 20;

    // Which id a job has decides nothing that is checked here.
    private static readonly Guid AnyId = Guid.AllBitsSet;

    private readonly IReadOnlyDictionary<string, ModelSpec>? _models;
    private readonly SubmitJob _defaults;
    private readonly SpreadSample<PlanSample> _samples;
    private readonly int _wanted;
    private readonly List<PlanMistake> _mistakes = [];
    private readonly Dictionary<string, ModelShare> _shares = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SeenValues> _values = new(StringComparer.Ordinal);

    private BatchPlan(BatchSource source, IReadOnlyDictionary<string, ModelSpec>? models, SubmitJob defaults, int samples)
    {
        Source = source;
        _defaults = defaults;
        _models = models;
        _samples = new SpreadSample<PlanSample>(16 * samples);
        _wanted = samples;
    }

    public BatchSource Source { get; }

    /// <summary>How many jobs.</summary>
    public long Jobs { get; private set; }

    /// <summary>How many of them were looked at; every one where there are not very many.</summary>
    public long Checked { get; private set; }

    /// <summary>Pictures of the jobs that were looked at.</summary>
    public long Images { get; private set; }

    /// <summary>The most pictures that these jobs can take to draw, where every one that filters can refuse is drawn as often as it may.</summary>
    public long Draws { get; private set; }

    /// <summary>How many of those looked at have mistakes.</summary>
    public long Wrong { get; private set; }

    /// <summary>The first of the mistakes.</summary>
    public IReadOnlyList<PlanMistake> Mistakes => _mistakes;

    /// <summary>Jobs spread over the batch.</summary>
    public IReadOnlyList<PlanSample> Samples => _samples.Take(_wanted);

    /// <summary>Work by model, of the jobs that were looked at and are in order; empty where the models are not known.</summary>
    public IReadOnlyDictionary<string, ModelShare> Shares => _shares;

    /// <summary>What the fields hold, by name, in the order in which they are shown.</summary>
    public IReadOnlyDictionary<string, SeenValues> Values => _values;

    /// <summary>How much more the whole batch is than what was looked at.</summary>
    public double Scale => Checked == 0 ? 1 : (double)Jobs / Checked;

    /// <summary>Reads a batch.</summary>
    /// <param name="source">The batch.</param>
    /// <param name="models">The models of the fleet that it is for, or null to check only what holds for every model.</param>
    /// <param name="defaults">What jobs that leave a field out take in its place.</param>
    /// <param name="samples">How many jobs to keep to look at, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<BatchPlan> ReadAsync(
        BatchSource source, IReadOnlyDictionary<string, ModelSpec>? models, SubmitJob defaults, int samples, CancellationToken cancellationToken)
    {
        var plan = new BatchPlan(source, models, defaults, samples);
        if (source.Count is { } count && count > MostChecked)
        {
            for (var i = 0; i < MostChecked; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var index = (long)((Int128)i * (count - 1) / (MostChecked - 1));
                plan.Look(index + 1, source.LineAt(index));
            }

            plan.Jobs = count;
            return plan;
        }

        await foreach (var line in source.ReadLinesAsync(cancellationToken))
        {
            plan.Look(++plan.Jobs, line);
        }

        return plan;
    }

    private void Look(long number, string line)
    {
        Checked++;
        var errors = new List<FieldError>();
        var job = SubmissionReader.Read(Encoding.UTF8.GetBytes(line), SubmissionDoor.Http, errors);
        if (job.Id is { } id)
        {
            errors.Add(new FieldError("id", $"\"{id}\"", "not in a batch; a job's id follows from the batch's and the line's number"));
        }

        if (job.Webhook is not null)
        {
            errors.Add(BatchLine.NoWebhook);
        }

        job = BatchLine.WithDefaults(job, _defaults);
        var resolved = errors.Count == 0 && _models is not null
            ? RecipeResolver.Resolve(job with { Id = AnyId }, _models, default, errors)
            : null;
        Images += job.Images ?? 1;
        Draws += (job.Images ?? 1) * (1L + (job.Redraws ?? 0));
        _samples.Add(new PlanSample(number, job));
        if (errors.Count > 0)
        {
            Wrong++;
            if (_mistakes.Count < MostMistakes)
            {
                _mistakes.Add(new PlanMistake(number, [.. errors.Select(e => Named(e, line))]));
            }
        }
        else
        {
            if (resolved is not null)
            {
                Count(resolved);
            }
            else
            {
                Count(job);
            }

            AddRest(job);
        }
    }

    private FieldError Named(FieldError error, string line) =>
        error.Field == SubmissionReader.Body && !line.StartsWith('{') ? new FieldError(Source.Unit, YamlText.Quoted(line), Source.NotJson) : error;

    private void Count(ResolvedJob job)
    {
        var recipe = job.Recipe;
        var share = _shares.GetValueOrDefault(recipe.Model) ?? new ModelShare();
        _shares[recipe.Model] = share with
        {
            Jobs = share.Jobs + 1,
            Images = share.Images + job.Images,
            Pixels = share.Pixels + ((double)job.Images * recipe.Width * recipe.Height),
            PixelPasses = share.PixelPasses + (job.Images * recipe.PixelPasses()),
        };
        ValuesOf("images a job").Add(job.Images);
        ValuesOf("model").Add(recipe.Model);
        ValuesOf("size").Add(Amount.Text($"{recipe.Width}x{recipe.Height}"));
        ValuesOf("steps").Add(recipe.Steps);
        ValuesOf("guidance").Add(recipe.GuidanceScale);
        ValuesOf("scheduler").Add(recipe.Scheduler);
        AddNegative(recipe.NegativePrompt);
        AddFilters(recipe.Filters?.MinClipSimilarity, recipe.Filters?.Blank, recipe.Filters?.Unsafe, recipe.Filters?.DuplicateDistance, recipe.Filters?.Redraws);
        ValuesOf("lane").Add(Word(job.Lane));
    }

    // Without a fleet, what is left open stays open.
    private void Count(SubmitJob job)
    {
        const string Open = "the model's";
        ValuesOf("images a job").Add(job.Images ?? 1);
        ValuesOf("model").Add(job.Model ?? "the only one");
        ValuesOf("size").Add(job.Width is null && job.Height is null ? Open : Amount.Text($"{(object?)job.Width ?? Open}x{(object?)job.Height ?? Open}"));
        AddOr("steps", job.Steps, Open);
        AddOr("guidance", job.GuidanceScale, Open);
        ValuesOf("scheduler").Add(job.Scheduler ?? Open);
        AddNegative(job.NegativePrompt ?? "");
        AddFilters(job.MinClipSimilarity, job.FilterBlank, job.FilterUnsafe, job.DuplicateDistance, job.Redraws);
        ValuesOf("lane").Add(Word(job.Lane ?? Lane.Bulk));
    }

    // As it was asked for: what is left open there is the task's own default.
    private void AddRest(SubmitJob job)
    {
        foreach (var (name, number, word) in JobWords.Of(job))
        {
            if (number is { } value)
            {
                ValuesOf(name).Add(value);
            }
            else
            {
                ValuesOf(name).Add(word!);
            }
        }
    }

    private void AddOr(string name, double? value, string open)
    {
        if (value is { } number)
        {
            ValuesOf(name).Add(number);
        }
        else
        {
            ValuesOf(name).Add(open);
        }
    }

    private void AddNegative(string prompt)
    {
        if (prompt.Length > 0)
        {
            ValuesOf("negative prompt").Add(prompt);
        }
    }

    private void AddFilters(double? minClipSimilarity, bool? blank, bool? @unsafe, int? duplicateDistance, int? redraws)
    {
        string?[] parts =
        [
            minClipSimilarity is { } least ? Amount.Text($"CLIP similarity of {least} or more") : null,
            blank is true ? "not blank" : null,
            @unsafe is true ? "safe" : null,
            duplicateDistance is { } distance ? Amount.Text($"no near-duplicates ({distance} of 64 bits)") : null,
            redraws is > 0 ? $"else drawn again, {Amount.Plural(redraws.Value, "time")} at most" : null,
        ];
        if (parts.OfType<string>().ToList() is { Count: > 0 } all)
        {
            ValuesOf("wanted").Add(string.Join(", ", all));
        }
    }

    private static string Word(Lane lane) => lane.ToString().ToLowerInvariant();

    private SeenValues ValuesOf(string name)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            _values[name] = values = new SeenValues();
        }

        return values;
    }
}
