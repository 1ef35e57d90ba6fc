using Microsoft.Extensions.Diagnostics.HealthChecks;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Guarding;

/// <summary>Unhealthy once the model hangs or the device is given up, for an orchestrator that asks before the process has ended.</summary>
internal sealed class InferenceHealthCheck(InferenceThread inference, DeviceBreaker breaker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        breaker.IsOpen ? HealthCheckResult.Unhealthy("the device failed too often in a row")
        : inference.IsHung(out var silence, out var limit) ? HealthCheckResult.Unhealthy($"the model has not moved for {silence}, and it may take {limit}")
        : HealthCheckResult.Healthy());
}
