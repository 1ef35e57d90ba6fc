using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;

namespace SdFleet.Coordinator.Datasets.Statistics;

/// <summary>What can be said of many pictures by their records, in memory that does not grow with them.</summary>
public sealed class DatasetStatistics
{
    private readonly Dictionary<ImageSize, long> _sizes = [];
    private readonly SortedDictionary<int, long> _steps = [];
    private readonly SortedDictionary<double, long> _guidance = [];
    private readonly SortedDictionary<string, long> _schedulers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _schedulerSettings = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<ModelUse, long> _models = [];

    /// <summary>Pictures.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of their files.</summary>
    public long Bytes { get; private set; }

    /// <summary>Smallest and largest seed.</summary>
    public (long Min, long Max) Seeds { get; private set; } = (long.MaxValue, long.MinValue);

    /// <summary>Smallest and largest guidance scale.</summary>
    public (double Min, double Max) GuidanceRange { get; private set; } = (double.PositiveInfinity, double.NegativeInfinity);

    /// <summary>When the first and the last were stored.</summary>
    public (DateTimeOffset First, DateTimeOffset Last) Made { get; private set; } = (DateTimeOffset.MaxValue, DateTimeOffset.MinValue);

    /// <summary>Seconds of a device that a picture cost.</summary>
    public LogHistogram DeviceSeconds { get; } = new();

    /// <summary>Pictures by size, the smallest first.</summary>
    public IReadOnlyList<KeyValuePair<ImageSize, long>> Sizes => [.. _sizes.OrderBy(s => (s.Key.Width * s.Key.Height, s.Key.Width))];

    /// <summary>Pictures by denoising steps.</summary>
    public IReadOnlyDictionary<int, long> Steps => _steps;

    /// <summary>Pictures by guidance scale, to the nearest half.</summary>
    public IReadOnlyDictionary<double, long> Guidance => _guidance;

    /// <summary>Pictures by scheduler.</summary>
    public IReadOnlyDictionary<string, long> Schedulers => _schedulers;

    /// <summary>Pictures by what was set of their scheduler, one by one: <c>name=value</c>, and of numbers the name alone.</summary>
    public IReadOnlyDictionary<string, long> SchedulerSettings => _schedulerSettings;

    /// <summary>Pictures by device.</summary>
    public IReadOnlyDictionary<string, long> Devices => _devices;

    /// <summary>Pictures by model.</summary>
    public IReadOnlyList<KeyValuePair<ModelUse, long>> Models =>
        [.. _models.OrderBy(m => m.Key.Name, StringComparer.Ordinal).ThenBy(m => m.Key.Digest, StringComparer.Ordinal)];

    /// <summary>Counts a picture.</summary>
    public void Add(ManifestRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (recipe, image) = (record.Recipe, record.Image);
        Count++;
        Bytes += image.Bytes;
        Seeds = (Math.Min(Seeds.Min, image.Seed), Math.Max(Seeds.Max, image.Seed));
        GuidanceRange = (Math.Min(GuidanceRange.Min, recipe.GuidanceScale), Math.Max(GuidanceRange.Max, recipe.GuidanceScale));
        Made = (image.CreatedAt < Made.First ? image.CreatedAt : Made.First, image.CreatedAt > Made.Last ? image.CreatedAt : Made.Last);
        DeviceSeconds.Add(image.Timings.GpuSeconds);
        Count1(_sizes, new ImageSize { Width = image.Width, Height = image.Height });
        Count1(_steps, recipe.Steps);
        Count1(_guidance, Math.Round(recipe.GuidanceScale * 2) / 2);
        Count1(_schedulers, recipe.Scheduler);
        foreach (var setting in SettingsOf(recipe))
        {
            Count1(_schedulerSettings, setting);
        }

        Count1(_devices, $"{image.Device} ({image.ExecutionProvider})");
        Count1(_models, new ModelUse(recipe.Model, image.ModelDigest));
    }

    // A number may be another one for every picture.
    private static IEnumerable<string> SettingsOf(Recipe recipe) => recipe.SchedulerSettings is { } settings
        ? JsonSerializer.SerializeToNode(settings, ContractsJson.Options)!.AsObject()
            .Select(member => member.Value!.GetValueKind() == JsonValueKind.Number ? member.Key : $"{member.Key}={member.Value}")
        : [];

    private static void Count1<TKey>(IDictionary<TKey, long> counts, TKey key) =>
        counts[key] = counts.TryGetValue(key, out var count) ? count + 1 : 1;
}
