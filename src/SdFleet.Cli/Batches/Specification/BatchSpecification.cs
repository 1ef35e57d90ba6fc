using SdFleet.Cli.Batches.Random;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// A specification that has been read: which jobs there are, and what each is. Every job follows from its number alone, so
/// that a batch of millions takes no memory, and any of its jobs can be looked at first. The order: prompts as they are listed, each
/// template's first slot slowest; then the fields with several values; then the seeds, fastest.
/// </summary>
internal sealed class BatchSpecification
{
    /// <summary>Most jobs of one specification.</summary>
    public const long MaxJobs = 100_000_000;

    private readonly UInt128[] _before;
    private readonly UInt128 _fieldCombinations;
    private readonly SplitMix64 _samples;
    private readonly IndexPermutation? _firstRound;

    /// <param name="seed">What everything is drawn from.</param>
    /// <param name="templates">The prompts; at least one.</param>
    /// <param name="axes">Fields with one value or several.</param>
    /// <param name="draws">Fields that are drawn.</param>
    /// <param name="sample">How many of the combinations to take, or null for all of them, in order.</param>
    /// <param name="images">Pictures of a job.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="filters">A job with the fields of filters only, which are the same for all.</param>
    public BatchSpecification(
        ulong seed,
        IReadOnlyList<PromptTemplate> templates,
        IReadOnlyList<FieldAxis> axes,
        IReadOnlyList<FieldDraw> draws,
        long? sample,
        int images,
        SeedChoice seeds,
        SubmitJob filters)
    {
        (Templates, Axes, Draws, Sample, Images, Seeds, Filters) = (templates, axes, draws, sample, images, seeds, filters);
        _before = new UInt128[templates.Count];
        UInt128 prompts = 0;
        for (var i = 0; i < templates.Count; i++)
        {
            _before[i] = prompts;
            prompts = Counts.Plus(prompts, templates[i].Combinations);
        }

        _fieldCombinations = axes.Aggregate(UInt128.One, (product, axis) => Counts.Times(product, (UInt128)axis.Values.Count));
        Combinations = Counts.Times(prompts, _fieldCombinations);
        _samples = SplitMix64.ForPurpose(seed, "sample");
        if (sample is not null && Combinations <= IndexPermutation.MaxSize)
        {
            _firstRound = new IndexPermutation(Combinations, _samples.At(0));
        }
    }

    public IReadOnlyList<PromptTemplate> Templates { get; }

    public IReadOnlyList<FieldAxis> Axes { get; }

    public IReadOnlyList<FieldDraw> Draws { get; }

    public long? Sample { get; }

    public int Images { get; }

    public SeedChoice Seeds { get; }

    public SubmitJob Filters { get; }

    /// <summary>Different prompts times different recipes, seeds and drawn numbers aside; the largest number for too many to count.</summary>
    public UInt128 Combinations { get; }

    /// <summary>How many jobs; more than <see cref="MaxJobs"/> where there are too many.</summary>
    public UInt128 Jobs => Counts.Times((UInt128?)Sample ?? Combinations, (UInt128)Seeds.PerPrompt);

    /// <summary>A job, by its number from 0.</summary>
    public SubmitJob JobAt(long index)
    {
        var pick = index / Seeds.PerPrompt;
        var combination = CombinationAt((ulong)pick);
        var recipe = new FieldValue[RecipeFields.Names.Count];
        for (var axis = Axes.Count - 1; axis >= 0; axis--)
        {
            (combination, var choice) = UInt128.DivRem(combination, (UInt128)Axes[axis].Values.Count);
            Axes[axis].Apply((int)choice, recipe);
        }

        foreach (var draw in Draws)
        {
            recipe[draw.Field] = draw.At(pick);
        }

        return Filters with
        {
            Prompt = PromptAt(combination),
            Images = Images,
            Seed = Seeds.Of(index),
            Model = recipe[RecipeFields.Model].Text,
            NegativePrompt = recipe[RecipeFields.NegativePrompt].Text,
            Width = (int?)recipe[RecipeFields.Width].Number,
            Height = (int?)recipe[RecipeFields.Height].Number,
            Steps = (int?)recipe[RecipeFields.Steps].Number,
            GuidanceScale = (double?)recipe[RecipeFields.GuidanceScale].Number,
            Scheduler = recipe[RecipeFields.Scheduler].Text,
            NoiseSource = WordOf<NoiseSource>(recipe[RecipeFields.NoiseSource]),
            ModelDigest = recipe[RecipeFields.ModelDigest].Text,
            Lane = WordOf<Lane>(recipe[RecipeFields.Lane]),
            PromptSyntax = WordOf<PromptSyntax>(recipe[RecipeFields.PromptSyntax]),
            LongPrompts = WordOf<LongPrompts>(recipe[RecipeFields.LongPrompts]),
            ClipSkip = (int?)recipe[RecipeFields.ClipSkip].Number,
            GuidanceRescale = (double?)recipe[RecipeFields.GuidanceRescale].Number,
            Loras = recipe[RecipeFields.Loras].Loras,
            Task = WordOf<JobTask>(recipe[RecipeFields.Task]),
            InitImage = recipe[RecipeFields.InitImage].Text,
            Mask = recipe[RecipeFields.Mask].Text,
            DepthMap = recipe[RecipeFields.DepthMap].Text,
            Strength = (double?)recipe[RecipeFields.Strength].Number,
            Overlay = recipe[RecipeFields.Overlay].Text is { } overlay ? bool.Parse(overlay) : null,
            MaskBlending = WordOf<MaskBlending>(recipe[RecipeFields.MaskBlending]),
            OutpaintLeft = (int?)recipe[RecipeFields.OutpaintLeft].Number,
            OutpaintTop = (int?)recipe[RecipeFields.OutpaintTop].Number,
            OutpaintRight = (int?)recipe[RecipeFields.OutpaintRight].Number,
            OutpaintBottom = (int?)recipe[RecipeFields.OutpaintBottom].Number,
            Feather = (int?)recipe[RecipeFields.Feather].Number,
            NoiseLevel = (int?)recipe[RecipeFields.NoiseLevel].Number,
            HiresScale = (double?)recipe[RecipeFields.HiresScale].Number,
            HiresUpscaler = WordOf<HiresUpscaler>(recipe[RecipeFields.HiresUpscaler]),
            HiresStrength = (double?)recipe[RecipeFields.HiresStrength].Number,
            HiresSteps = (int?)recipe[RecipeFields.HiresSteps].Number,
            SchedulerSettings = recipe[RecipeFields.SchedulerSettings].SchedulerSettings,
        };
    }

    // A sample takes every combination once before any comes again: each round through them has an order of its own.
    private UInt128 CombinationAt(ulong pick)
    {
        if (_firstRound is not { } first)
        {
            return pick;
        }

        var (round, place) = UInt128.DivRem(pick, Combinations);
        return round == 0 ? first[place] : new IndexPermutation(Combinations, _samples.At((ulong)round))[place];
    }

    private string PromptAt(UInt128 number)
    {
        var found = Array.BinarySearch(_before, number);
        var template = found >= 0 ? found : ~found - 1;
        return Templates[template].Fill(number - _before[template]);
    }

    private static T? WordOf<T>(FieldValue value)
        where T : struct, Enum => value.Text is { } word ? Enum.Parse<T>(word, ignoreCase: true) : null;
}
