using OpenTelemetry.Trace;

namespace SdFleet.Hosting.Telemetry;

/// <summary>
/// Samples everything but calls out that belong to nothing: the services look at the database many times a second, and each
/// look would be a trace of its own.
/// </summary>
internal sealed class NoPollingSampler : Sampler
{
    private readonly ParentBasedSampler _others = new(new AlwaysOnSampler());

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.ParentContext.TraceId == default && samplingParameters.Kind == System.Diagnostics.ActivityKind.Client
            ? new SamplingResult(SamplingDecision.Drop)
            : _others.ShouldSample(samplingParameters);
}
