namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>A prompt, the seed it is judged with, and what it says.</summary>
public sealed record HeldOutPrompt(
    string Prompt, long Seed, string Ground, string Color, string Shape, int Count, string? Size = null, string? Position = null)
{
    public Facts Facts => new(Ground, Color, Shape, Count, Size, Position);
}
