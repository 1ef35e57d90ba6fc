using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace SdFleet.Worker.Inference;

/// <summary>
/// Whether the model moves. A device that hangs leaves a process that answers and does nothing: whoever watches the process
/// may end it, and its work goes to another.
/// </summary>
internal sealed class StepHealthCheck(InferenceThread inference, IOptions<WorkerOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(inference.SinceAdvance > options.Value.StepTimeout
            ? HealthCheckResult.Unhealthy($"no step has ended for {inference.SinceAdvance}; one may take {options.Value.StepTimeout}")
            : HealthCheckResult.Healthy());
}
