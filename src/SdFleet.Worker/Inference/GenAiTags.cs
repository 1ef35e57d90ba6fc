using System.Diagnostics;

namespace SdFleet.Worker.Inference;

/// <summary>OpenTelemetry's conventions for generative AI, as far as they fit a model that makes pictures.</summary>
internal static class GenAiTags
{
    /// <summary>Says on the span of a pass what it is: any tool that knows the conventions finds it, and the model, by them.</summary>
    public static Activity? AsGeneration(this Activity? span, string model) => span?
        .SetTag("gen_ai.operation.name", "generate_content")
        .SetTag("gen_ai.output.type", "image")
        .SetTag("gen_ai.provider.name", "sdfleet")
        .SetTag("gen_ai.request.model", model);
}
