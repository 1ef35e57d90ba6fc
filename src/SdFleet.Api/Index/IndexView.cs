namespace SdFleet.Api.Index;

/// <summary>What <c>GET /</c> shows.</summary>
internal sealed record IndexView(string Name, IReadOnlyDictionary<string, string> Links);
