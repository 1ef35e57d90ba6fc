namespace SdFleet.Diffusion.Pipelines;

/// <summary>Those tasks of a call that go through the model together.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="Members">Their numbers in the call, from 0.</param>
/// <param name="Chunks">How many chunks their prompts are encoded in.</param>
/// <param name="Progress">Is told of their steps; null where nobody listens.</param>
internal sealed record BatchPart(
    IReadOnlyList<GenerationTask> Tasks, IReadOnlyList<int> Members, int Chunks, IProgress<GenerationProgress>? Progress);
