using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Owns one spng_ctx.</summary>
internal sealed class SpngContext : SafeHandle
{
    public SpngContext()
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        SetHandle(NativeCodec.Png.FirstCall(() => Spng.CreateContext(flags: 0)));
        if (IsInvalid)
        {
            throw new InsufficientMemoryException("libspng could not create a decoder.");
        }
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Spng.FreeContext(handle);
        return true;
    }
}
