namespace SdFleet.Coordinator.Tests;

/// <summary>For tests that measure the memory of this process: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
