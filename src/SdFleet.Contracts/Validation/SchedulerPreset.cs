namespace SdFleet.Contracts.Validation;

/// <summary>What a short name of a scheduler stands for besides a class.</summary>
/// <param name="ClassName">diffusers' name of the class, which leaves all settings open.</param>
/// <param name="Decides">The settings that the short name decides, by their JSON names.</param>
public sealed record SchedulerPreset(string ClassName, IReadOnlyList<string> Decides);
