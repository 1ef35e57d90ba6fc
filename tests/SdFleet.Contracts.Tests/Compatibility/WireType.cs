namespace SdFleet.Contracts.Tests.Compatibility;

/// <summary>What a type looks like as JSON.</summary>
public sealed record WireType
{
    /// <summary>Names and types of its fields, or the words of an enum with empty types.</summary>
    public required SortedDictionary<string, string> Fields { get; init; }

    /// <summary>Fields without which it is not read.</summary>
    public required IReadOnlyList<string> Required { get; init; }

    /// <summary>One with every field, as the version wrote it; null for an enum.</summary>
    public System.Text.Json.Nodes.JsonNode? Sample { get; init; }
}
