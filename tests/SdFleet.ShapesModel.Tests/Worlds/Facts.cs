namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>What a picture is to show; null where anything will do.</summary>
public sealed record Facts(string Ground, string Color, string Shape, int Count, string? Size = null, string? Position = null);
