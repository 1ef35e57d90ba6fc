using SdFleet.Contracts.Models;

namespace SdFleet.Hosting.Configuration;

/// <summary>A model of the fleet and, on hosts that run it, where its files are.</summary>
/// <param name="Spec">Defaults and limits.</param>
/// <param name="Path">The model's folder; null on hosts that do not load it.</param>
public sealed record ConfiguredModel(ModelSpec Spec, string? Path);
