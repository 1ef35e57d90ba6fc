namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>The words captions use.</summary>
public sealed record WorldCaptions(
    IReadOnlyDictionary<string, string[]> SizeWords,
    IReadOnlyDictionary<string, string[]> CountWords,
    IReadOnlyDictionary<string, string[]> PositionPhrases,
    IReadOnlyDictionary<string, string[]> PositionBare);
