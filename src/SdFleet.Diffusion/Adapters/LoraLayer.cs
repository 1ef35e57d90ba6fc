using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>A LoRA's change of one layer: the tensors that it is made of.</summary>
/// <param name="Component">The folder of the network that it changes.</param>
/// <param name="Layer">The layer's path in it, with '_' for '.'.</param>
/// <param name="Down">[rank, in] or [rank, in, rows, columns].</param>
/// <param name="Up">[out, rank], or the same with two dimensions of 1 behind.</param>
/// <param name="Mid">[rank, rank, rows, columns], with <paramref name="Down"/> of a window of 1; else null.</param>
/// <param name="Alpha">One number; null where it equals the rank.</param>
internal sealed record LoraLayer(
    string Component, string Layer, SafetensorsEntry Down, SafetensorsEntry Up, SafetensorsEntry? Mid, SafetensorsEntry? Alpha)
{
    /// <summary>The inner dimension of the change.</summary>
    public long Rank => Down.Shape.Count > 0 ? Down.Shape[0] : 0;

    /// <summary>Rows of the change: what the layer puts out.</summary>
    public long Out => Up.Shape.Count > 0 ? Up.Shape[0] : 0;

    /// <summary>Columns of the change: what the layer takes, times its window.</summary>
    public long In => Tail(Down, 1) * (Mid is null ? 1 : Tail(Mid, 2));

    /// <summary>Whether the tensors fit each other.</summary>
    public bool IsConsistent =>
        Down.Shape.Count is 2 or 4 && Up.Shape.Count is 2 or 4 && Rank > 0 && Tail(Up, 1) == Rank && Tail(Up, 2) == 1
        && (Mid is null || (Mid.Shape.Count == 4 && Mid.Shape[0] == Rank && Mid.Shape[1] == Rank && Tail(Down, 2) == 1))
        && (Alpha is null || Tail(Alpha, 0) == 1);

    /// <summary>For messages.</summary>
    public override string ToString() => $"{Down}, {Up}{(Mid is null ? "" : $", {Mid}")}";

    // The product of the sizes from a dimension on. The entry's bytes have been checked against its shape, so it does not overflow.
    private static long Tail(SafetensorsEntry tensor, int from) => tensor.Shape.Skip(from).Aggregate(1L, (product, size) => product * size);
}
