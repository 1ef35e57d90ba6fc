using SdFleet.Contracts.Images;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Filters;
using SdFleet.Coordinator.Datasets.Statistics;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Imaging.Sheets;
using SdFleet.Storage;

namespace SdFleet.Cli.Datasets;

/// <summary>What can be shown of a dataset: its numbers, why pictures are absent, and some of the pictures.</summary>
internal sealed class DatasetView
{
    private const int MostPictures = 128;
    private const int MostReasonLength = 100;

    private readonly SpreadSample<DatasetImage> _spread = new(MostPictures);
    private readonly List<DatasetPicture> _pictures = [];
    private readonly HashSet<ImageKey> _absent = [];
    private readonly SortedDictionary<string, long> _absences = new(StringComparer.Ordinal);

    public DatasetStatistics Statistics { get; } = new();

    /// <summary>What filters measured, and what they took out.</summary>
    public FilterStatistics Filters { get; } = new();

    public ColorHistogram Colors { get; } = new();

    /// <summary>Pictures, spread over the whole set.</summary>
    public IReadOnlyList<DatasetPicture> Pictures => _pictures;

    /// <summary>How many are absent, by reason.</summary>
    public IReadOnlyDictionary<string, long> Absences => _absences;

    /// <summary>Requested pictures; null where nobody said.</summary>
    public long? Requested { get; private set; }

    /// <summary>Pictures of the sample that could not be shown.</summary>
    public int Unreadable { get; private set; }

    public static async Task<DatasetView> ReadAsync(
        IAsyncEnumerable<DatasetImage> images,
        IAsyncEnumerable<RequestedImage>? requested,
        IArtifactStore artifacts,
        CancellationToken cancellationToken)
    {
        var view = new DatasetView();
        if (requested is not null)
        {
            await view.CountAsync(requested, cancellationToken);
        }

        var filter = new DatasetFilter();
        await foreach (var image in images.WithCancellation(cancellationToken))
        {
            // What is absent for another reason must not keep out what resembles it.
            var finding = view._absent.Contains(image.Key) ? DatasetFilter.VerdictOf(image) : filter.Judge(image);
            view.Filters.Add(image.Record, finding);
            if (finding is not null && view._absent.Add(image.Key))
            {
                var reason = $"filtered: {NameOf(finding.Reason)}";
                view._absences[reason] = view._absences.GetValueOrDefault(reason) + 1;
            }

            // What a filter took out is not to be seen here either.
            if (view._absent.Contains(image.Key))
            {
                continue;
            }

            view.Statistics.Add(image.Record);
            view._spread.Add(image);
        }

        foreach (var image in view._spread.Items)
        {
            await view.OpenAsync(artifacts, image, cancellationToken);
        }

        return view;
    }

    /// <summary>At most so many of the pictures, spread evenly.</summary>
    public IReadOnlyList<DatasetPicture> Some(int count) =>
        _pictures.Count <= count ? _pictures : [.. Enumerable.Range(0, count).Select(i => _pictures[(int)((long)i * _pictures.Count / count)])];

    /// <summary>A reason in words.</summary>
    public static string NameOf(FilterReason reason) => reason switch
    {
        FilterReason.LowClipSimilarity => "low CLIP similarity",
        FilterReason.NearDuplicate => "near-duplicate",
        _ => reason.ToString().ToLowerInvariant(),
    };

    private async Task CountAsync(IAsyncEnumerable<RequestedImage> requested, CancellationToken cancellationToken)
    {
        Requested = 0;
        await foreach (var request in requested.WithCancellation(cancellationToken))
        {
            Requested++;
            if (request.Absence is { } absence)
            {
                _absent.Add(request.Key);
                var detail = request.Detail is { } text ? $": {(text.Length > MostReasonLength ? text[..MostReasonLength] + "…" : text)}" : "";
                var reason = absence.ToString().ToLowerInvariant() + detail;
                _absences[reason] = _absences.GetValueOrDefault(reason) + 1;
            }
        }
    }

    private async Task OpenAsync(IArtifactStore artifacts, DatasetImage image, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = ArtifactNames.IsValid(image.ArtifactName) ? await artifacts.OpenReadAsync(image.ArtifactName, cancellationToken) : null;
            if (content is null)
            {
                Unreadable++;
                return;
            }

            using var bytes = new MemoryStream();
            await content.Stream.CopyToAsync(bytes, cancellationToken);
            var picture = PngReader.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            Colors.Add(picture);
            _pictures.Add(new DatasetPicture(image, Thumbnail.Within(picture, StatisticsPage.ThumbnailSide)));
        }
        catch (Exception e) when (e is InvalidDataException or ArtifactStoreException { IsDamage: true })
        {
            // A container's store, and a server, compare what they read themselves.
            Unreadable++;
        }
    }
}
