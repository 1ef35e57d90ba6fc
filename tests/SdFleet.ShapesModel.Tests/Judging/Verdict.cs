using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>Which attributes of a picture are as they were to be; null where nothing was said of one.</summary>
internal sealed record Verdict(bool Ground, bool Color, bool Shape, bool Count, bool? Size, bool? Position)
{
    /// <summary>Whether every attribute that was named is right.</summary>
    public bool All => Ground && Color && Shape && Count && Size != false && Position != false;

    /// <summary>The attributes that are wrong.</summary>
    public IEnumerable<string> Wrong => Attributes.Where(attribute => attribute.Value == false).Select(attribute => attribute.Key);

    public IReadOnlyDictionary<string, bool?> Attributes => new Dictionary<string, bool?>
    {
        ["ground"] = Ground,
        ["colour"] = Color,
        ["kind"] = Shape,
        ["count"] = Count,
        ["size"] = Size,
        ["position"] = Position,
    };

    /// <summary>Compares; an attribute of objects is right if there is an object and all of them have it.</summary>
    public static Verdict On(SeenPicture seen, Facts facts) => new(
        seen.Ground == facts.Ground,
        AllOf(seen, thing => thing.Color == facts.Color),
        AllOf(seen, thing => thing.Shape == facts.Shape),
        seen.Objects.Count == facts.Count,
        facts.Size is null ? null : AllOf(seen, thing => thing.Size == facts.Size),
        facts.Position is null ? null : seen.Objects.Count == 1 && seen.Objects[0].Position == facts.Position);

    private static bool AllOf(SeenPicture seen, Func<SeenObject, bool> has) => seen.Objects.Count > 0 && seen.Objects.All(has);
}
