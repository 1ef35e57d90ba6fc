using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// The form of a solver's second order. Each solver takes the others' words for its own default, as configurations travel.
/// </summary>
internal enum SolverType
{
    /// <summary>DPM-Solver's default.</summary>
    [JsonStringEnumMemberName("midpoint")]
    Midpoint,

    /// <summary>DPM-Solver's other form.</summary>
    [JsonStringEnumMemberName("heun")]
    Heun,

    /// <summary>DEIS's only form.</summary>
    [JsonStringEnumMemberName("logrho")]
    LogRho,

    /// <summary>UniPC's form for unconditional sampling.</summary>
    [JsonStringEnumMemberName("bh1")]
    Bh1,

    /// <summary>UniPC's default.</summary>
    [JsonStringEnumMemberName("bh2")]
    Bh2,
}
