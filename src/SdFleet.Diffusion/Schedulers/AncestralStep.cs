namespace SdFleet.Diffusion.Schedulers;

/// <summary>A step to a noise level in two parts: down to a lower one, and up again with fresh noise.</summary>
/// <param name="Down">The sigma that the solver goes to.</param>
/// <param name="Up">The deviation of the noise added there; Down^2 + Up^2 is the square of the level asked for.</param>
internal readonly record struct AncestralStep(double Down, double Up)
{
    public static AncestralStep Between(double from, double to)
    {
        double up = to * Math.Sqrt(Math.Max(from * from - to * to, 0)) / from;
        return new AncestralStep(Math.Sqrt(to * to - up * up), up);
    }
}
