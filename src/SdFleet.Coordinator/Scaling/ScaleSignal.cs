namespace SdFleet.Coordinator.Scaling;

/// <summary>How much work a model has, as <c>GET /v1/scale/{model}</c> answers it.</summary>
/// <param name="Model">The model.</param>
/// <param name="GpuSeconds">Estimated seconds of the device that all outstanding jobs take: <paramref name="Jobs"/> × <paramref name="SecondsPerJob"/>.</param>
/// <param name="Jobs">Jobs that are released or running, and those that are queued and not held back by a pause of the model, their tenant or their batch.</param>
/// <param name="SecondsPerJob">What one of them costs: measured on those that completed, or the configured guess before the first.</param>
/// <param name="Measured">Whether that is measured.</param>
internal sealed record ScaleSignal(string Model, double GpuSeconds, long Jobs, double SecondsPerJob, bool Measured);
