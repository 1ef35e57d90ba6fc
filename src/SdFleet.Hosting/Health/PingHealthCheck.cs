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
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
