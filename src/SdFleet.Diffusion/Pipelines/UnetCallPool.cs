using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Keeps the buffers of the last generation for the next one, which mostly has the same shape. Safe for use from several threads: who finds
/// none makes new ones.
/// </summary>
internal sealed class UnetCallPool(Unet unet) : IDisposable
{
    private UnetCall? _idle;

    /// <summary>A call of a shape, to be returned.</summary>
    public UnetCall Rent(UnetShape shape)
    {
        UnetCall? idle = Interlocked.Exchange(ref _idle, null);
        if (idle?.Shape == shape)
        {
            return idle;
        }

        // Freed before the new ones are made: there may not be room for both.
        idle?.Dispose();
        return unet.CreateCall(shape);
    }

    /// <summary>Takes a call back.</summary>
    public void Return(UnetCall call) => Interlocked.Exchange(ref _idle, call)?.Dispose();

    /// <summary>Frees the buffers.</summary>
    public void Dispose() => Interlocked.Exchange(ref _idle, null)?.Dispose();
}
