using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>The names of colours.</summary>
internal sealed class ColorNames
{
    private readonly (string Name, Rgb Color)[] _colors;

    public ColorNames(World world)
    {
        _colors = [.. world.Colors.Select(color => (color.Key, new Rgb(color.Value[0], color.Value[1], color.Value[2])))];
        SmallestContrast = _colors
            .SelectMany((a, i) => _colors.Skip(i + 1).Select(b => a.Color.DistanceTo(b.Color)))
            .Min();
    }

    /// <summary>How far apart the two most alike colours are: orange and yellow, 86 of 441.</summary>
    public double SmallestContrast { get; }

    /// <summary>
    /// How far a colour may be off and still have its name: half the smallest contrast, so that no colour could have two names, and colours
    /// between names have none.
    /// </summary>
    public double Tolerance => SmallestContrast / 2;

    /// <summary>The colour's name, or null where it is none of the world's.</summary>
    public string? NameOf(Rgb color)
    {
        var nearest = Nearest(color);
        return _colors[nearest].Color.DistanceTo(color) <= Tolerance ? _colors[nearest].Name : null;
    }

    /// <summary>The name most of the colours are nearest to, and their share.</summary>
    public (string Name, double Share) Majority(IReadOnlyCollection<Rgb> colors)
    {
        var votes = new int[_colors.Length];
        foreach (var color in colors)
        {
            votes[Nearest(color)]++;
        }

        var most = votes.Max();
        return (_colors[Array.IndexOf(votes, most)].Name, most / (double)colors.Count);
    }

    private int Nearest(Rgb color)
    {
        var nearest = 0;
        for (var i = 1; i < _colors.Length; i++)
        {
            nearest = color.DistanceTo(_colors[i].Color) < color.DistanceTo(_colors[nearest].Color) ? i : nearest;
        }

        return nearest;
    }
}
