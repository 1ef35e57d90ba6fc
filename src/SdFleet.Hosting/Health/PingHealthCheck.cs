using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SdFleet.Hosting.Health;

/// <summary>Healthy where <paramref name="ping"/> returns; its exception is the reason where it does not.</summary>
internal sealed class PingHealthCheck(Func<CancellationToken, Task> ping) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ping(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Anybody may ask for a service's health, so what the exception tells of its surroundings goes to the log only.
            return new HealthCheckResult(context.Registration.FailureStatus, "does not answer; the service's log says why", e);
        }
    }
}
