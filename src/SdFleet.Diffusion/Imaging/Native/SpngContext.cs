using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Owns one spng_ctx.</summary>
internal sealed class SpngContext : SafeHandle
{
    public SpngContext()
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        try
        {
            SetHandle(Spng.CreateContext(flags: 0));
        }
        catch (DllNotFoundException error)
        {
            throw new PlatformNotSupportedException("Reading PNG needs libspng (Debian and Ubuntu: package libspng0).", error);
        }

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
