namespace SdFleet.Diffusion.Onnx;

/// <summary>A provider's library has no device with the number that was asked for.</summary>
internal sealed class NoDeviceException(string message) : Exception(message);
