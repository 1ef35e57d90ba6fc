namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>A picture as the judge sees it.</summary>
/// <param name="Ground">The colour of its ground, or null where that is not one colour of the world.</param>
/// <param name="Objects">What lies on it.</param>
internal sealed record SeenPicture(string? Ground, IReadOnlyList<SeenObject> Objects)
{
    public override string ToString() => $"{Ground ?? "odd"} ground: {(Objects.Count == 0 ? "nothing" : string.Join("; ", Objects))}";
}
