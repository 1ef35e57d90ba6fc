using System.Text.Json;
using SdFleet.Cli.Chaos;
using SdFleet.JobStore;

namespace SdFleet.Cli.Soak;

/// <summary>Measures every line of a trial at once.</summary>
internal sealed class SoakSampler(Trial trial)
{
    private const string Broker = "broker";
    private const string Database = "PostgreSQL";

    private static readonly Measure[] OfProcesses = [Measure.Memory, Measure.OpenFiles, Measure.Threads, Measure.Processor];
    private static readonly Measure[] OfBroker = [Measure.Connections, Measure.Channels, Measure.Consumers, Measure.Queues, Measure.Waiting];

    private readonly Dictionary<string, ProcessProbe> _probes = trial.Fleet.Members.ToDictionary(m => m.Name, _ => new ProcessProbe(), StringComparer.Ordinal);

    /// <summary>Every line that there is to measure here, whether or not it can be.</summary>
    public IReadOnlyList<Line> Lines { get; } =
    [
        .. trial.Fleet.Members.SelectMany(m => OfProcesses.Select(measure => new Line(m.Name, measure))),
        .. OfBroker.Select(measure => new Line(Broker, measure)),
        .. trial.Database is null ? Array.Empty<Line>() : [new Line(Database, Measure.Sessions)],
    ];

    /// <summary>Measures; what does not answer is left out.</summary>
    /// <param name="at">Seconds since the beginning of the run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SoakSample> TakeAsync(double at, CancellationToken cancellationToken)
    {
        var values = new Dictionary<Line, double>();
        foreach (var member in trial.Fleet.Members)
        {
            foreach (var (measure, value) in _probes[member.Name].Read(member.ProcessId))
            {
                values[new Line(member.Name, measure)] = value;
            }
        }

        try
        {
            if (await trial.Host.UsageAsync(cancellationToken) is { } usage)
            {
                values[new Line(Broker, Measure.Connections)] = usage.Connections;
                values[new Line(Broker, Measure.Channels)] = usage.Channels;
                values[new Line(Broker, Measure.Consumers)] = usage.Consumers;
                values[new Line(Broker, Measure.Queues)] = usage.Queues;
                values[new Line(Broker, Measure.Waiting)] = usage.Messages;
            }
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // One sample less.
        }

        try
        {
            if (trial.Database is { } database)
            {
                values[new Line(Database, Measure.Sessions)] = await database.CountSessionsAsync(cancellationToken);
            }
        }
        catch (JobStoreException)
        {
            // One sample less.
        }

        return new SoakSample(at, values);
    }
}
