using System.Diagnostics;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Worker.Inference;

/// <summary>OpenTelemetry's conventions for generative AI (semantic conventions 1.37), as far as they fit a model that makes pictures.</summary>
internal static class GenAiTags
{
    private const string Operation = "generate_content";
    private const string Provider = "sdfleet";

    /// <summary>The labels of <c>gen_ai.server.request.duration</c>.</summary>
    /// <param name="model">The model's name in the fleet.</param>
    /// <param name="error">What the request ended with; null where it has its pictures.</param>
    public static TagList Of(string model, ErrorClass? error)
    {
        TagList tags = new()
        {
            { "gen_ai.operation.name", Operation },
            { "gen_ai.provider.name", Provider },
            { "gen_ai.request.model", model },
        };
        if (error is { } known)
        {
            tags.Add("error.type", known.ToString());
        }

        return tags;
    }

    /// <summary>Says on the span of a pass what it is: any tool that knows the conventions finds it, and the model, by them.</summary>
    public static Activity? AsGeneration(this Activity? span, string model) => span?
        .SetTag("gen_ai.operation.name", Operation)
        .SetTag("gen_ai.output.type", "image")
        .SetTag("gen_ai.provider.name", Provider)
        .SetTag("gen_ai.request.model", model);
}
