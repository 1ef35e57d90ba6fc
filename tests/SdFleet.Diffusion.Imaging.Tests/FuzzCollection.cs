namespace SdFleet.Diffusion.Imaging.Tests;

/// <summary>Tests that measure the memory of the process, and so run alone.</summary>
[CollectionDefinition(nameof(FuzzCollection), DisableParallelization = true)]
public sealed class FuzzCollection;
