using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Owns one tjhandle.</summary>
internal sealed class TurboJpegContext : SafeHandle
{
    public TurboJpegContext()
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        SetHandle(NativeCodec.Jpeg.FirstCall(TurboJpeg.CreateDecompressor));
        if (IsInvalid)
        {
            throw new InsufficientMemoryException("libturbojpeg could not create a decoder.");
        }
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => TurboJpeg.Destroy(handle) == 0;
}
