using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Guarding;

/// <summary>Unhealthy once the model hangs or the device is given up, for an orchestrator that asks before the process has ended.</summary>
internal sealed class InferenceHealthCheck(InferenceThread inference, DeviceBreaker breaker, IOptions<WorkerOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        breaker.IsOpen ? HealthCheckResult.Unhealthy("the device failed too often in a row")
        : inference.SinceAdvance > options.Value.StepTimeout ? HealthCheckResult.Unhealthy(
            $"no step has ended for {inference.SinceAdvance}, and one may take {options.Value.StepTimeout}")
        : HealthCheckResult.Healthy());
}
