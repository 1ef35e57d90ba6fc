using SdFleet.Contracts.Models;

namespace SdFleet.Hosting.Configuration;

/// <summary>A model of the fleet and, on hosts that run it, where its files are.</summary>
/// <param name="Spec">Defaults and limits.</param>
/// <param name="Path">The model's folder; null on hosts that do not load it.</param>
/// <param name="PricePerGpuHour">
/// What an hour of the device that runs it costs, in whatever money the fleet counts; null where nobody said, and then there are no
/// metrics of money.
/// </param>
public sealed record ConfiguredModel(ModelSpec Spec, string? Path, double? PricePerGpuHour);
