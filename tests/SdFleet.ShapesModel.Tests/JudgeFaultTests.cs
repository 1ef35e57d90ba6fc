using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests;

/// <summary>A judge that cannot say no says nothing.</summary>
public sealed class JudgeFaultTests
{
    private const int Pictures = 24;

    private readonly Judge _judge = new(World.Shapes128);

    public static TheoryData<string> Names => [.. Faults.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Look_FaultyPicture_IsWrongInThatAttribute(string name)
    {
        var fault = Faults.All[name];
        var random = new Random(11);
        var overlooked = new List<string>();
        for (var i = 0; i < Pictures; i++)
        {
            var (wanted, canvas) = fault.Draw(World.Shapes128, random);
            canvas.Blur(i % 2);
            var seen = _judge.Look(canvas.ToImage());
            if (!Verdict.On(seen, wanted).Wrong.Contains(fault.Attribute))
            {
                overlooked.Add($"{wanted}: {seen}");
            }
        }

        Assert.True(overlooked.Count == 0, string.Join('\n', overlooked));
    }
}
