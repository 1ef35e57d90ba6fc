using System.Text;
using SdFleet.Hosting.Bus;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>Submits jobs as an integrator does: JSON to the broker, persistent, each confirmed, hundreds on the way at once.</summary>
internal sealed class Submitter(Uri broker) : IAsyncDisposable
{
    private const int OnTheWay = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly HashSet<Guid> _submitted = [];
    private OperatorChannel? _channel;

    /// <summary>The ids of everything that the broker has confirmed.</summary>
    public IReadOnlySet<Guid> Submitted => _submitted;

    /// <summary>A job that costs as little as one may.</summary>
    public static byte[] Body(Guid id) => Encoding.UTF8.GetBytes($$"""{"id":"{{id:D}}","tenant":"bench","prompt":"nothing, {{id:N}}"}""");

    /// <summary>The same for the API, whose callers' key says whose it is.</summary>
    public static byte[] HttpBody(Guid id) => Encoding.UTF8.GetBytes($$"""{"id":"{{id:D}}","prompt":"nothing, {{id:N}}"}""");

    /// <summary>Counts a job that was submitted otherwise.</summary>
    public void Count(Guid id) => _submitted.Add(id);

    /// <summary>Returns when the broker has confirmed all of them.</summary>
    public async Task SubmitAsync(int jobs)
    {
        _channel ??= await OperatorChannel.OpenAsync(broker, "sdfleet bench", CancellationToken.None);
        using var timeout = new CancellationTokenSource(Patience);
        using var places = new SemaphoreSlim(OnTheWay);
        var ids = Enumerable.Range(0, jobs).Select(_ => Guid.CreateVersion7()).ToList();
        await Task.WhenAll(ids.Select(async id =>
        {
            await places.WaitAsync(timeout.Token);
            await _channel.SubmitAsync(Body(id), traceParent: null, timeout.Token);
            places.Release();
        }));
        _submitted.UnionWith(ids);
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
        {
            await _channel.DisposeAsync();
        }
    }
}
