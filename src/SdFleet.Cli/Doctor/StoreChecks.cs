using System.Globalization;
using System.Runtime.CompilerServices;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Cli.Doctor;

/// <summary>The job store, and the versions of the workers that it knows.</summary>
internal sealed class StoreChecks(JobStoreOptions store, DoctorOptions options, TimeProvider time)
{
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JobStoreInspection? found = null;
        var before = time.GetUtcNow();
        yield return await Checks.TryAsync("database", options.Patience, async token =>
        {
            found = await JobStores.InspectAsync(store, token);
            return found.Server is null
                ? new Finding("database", FindingState.Warn, $"{found.Place} is not there yet", "Start a coordinator, or sdfleet up, which makes it.")
                : new Finding("database", FindingState.Ok, $"{found.Place}, version {found.Server}");
        }, cancellationToken);
        if (found?.Server is null)
        {
            yield break;
        }

        if (found.At is { } at)
        {
            yield return Clocks.Compare("the database", at, before, time.GetUtcNow(), resolution: TimeSpan.Zero);
        }

        yield return Schema(found);
        if (found.Schema > 0)
        {
            yield return await Checks.TryAsync("versions", options.Patience, VersionsAsync, cancellationToken);
        }
    }

    private static Finding Schema(JobStoreInspection found)
    {
        var (schema, known) = (Number(found.Schema), Number(found.KnownSchema));
        return found.Schema == 0
            ? new Finding("schema", FindingState.Fail, "the database is empty", "Start a coordinator of this version: it makes the tables.")
            : found.Schema < found.KnownSchema
            ? new Finding("schema", FindingState.Fail, $"migration {schema} of {known}", "Start a coordinator of this version: it runs the missing migrations.")
            : found.Schema > found.KnownSchema
            ? new Finding("schema", FindingState.Fail, $"migration {schema}, and this program knows {known} at most", "A newer version has used this database: run that one.")
            : new Finding("schema", FindingState.Ok, $"migration {schema}, this version's");
    }

    private async Task<Finding> VersionsAsync(CancellationToken cancellationToken)
    {
        await using var jobs = JobStores.Open(store, time);
        var alive = (await jobs.ListWorkersAsync(time.GetUtcNow(), cancellationToken)).Where(w => w.Alive).Select(w => w.Heartbeat).ToList();
        var other = alive.Where(w => w.Version != FleetVersion.Current).GroupBy(w => w.Version).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        return alive.Count == 0 ? new Finding("versions", FindingState.Ok, $"this program is {FleetVersion.Current}; no worker is alive")
            : other.Count == 0 ? new Finding("versions", FindingState.Ok, $"{Number(alive.Count)} workers, all {FleetVersion.Current}")
            : new Finding(
                "versions",
                FindingState.Warn,
                $"this program is {FleetVersion.Current}, and of {Number(alive.Count)} workers {string.Join(", ", other.Select(g => $"{Number(g.Count())} are {g.Key}"))}",
                "Finish the rollout, or run the doctor of that version.");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
