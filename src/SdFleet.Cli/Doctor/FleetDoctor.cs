using System.Runtime.CompilerServices;

namespace SdFleet.Cli.Doctor;

/// <summary>Looks at everything that a configuration names, one thing after the other.</summary>
internal static class FleetDoctor
{
    public static async IAsyncEnumerable<Finding> RunAsync(
        DoctorConfiguration configuration, DoctorOptions options, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return configuration.Finding;
        if (configuration.Transport is { } transport)
        {
            await foreach (var finding in new BrokerChecks(transport, configuration.Models, options, time).RunAsync(cancellationToken))
            {
                yield return finding;
            }
        }

        if (configuration.JobStore is { } store)
        {
            await foreach (var finding in new StoreChecks(store, options, time).RunAsync(cancellationToken))
            {
                yield return finding;
            }
        }

        if (configuration.Artifacts is { } artifacts)
        {
            yield return await ArtifactChecks.RunAsync(artifacts, options, cancellationToken);
        }

        if (configuration.Models is { } models)
        {
            await foreach (var finding in ModelChecks.RunAsync(models, options, cancellationToken))
            {
                yield return finding;
            }
        }
    }
}
