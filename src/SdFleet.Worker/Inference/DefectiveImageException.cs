namespace SdFleet.Worker.Inference;

/// <summary>The model made something that is no picture, and will again.</summary>
internal sealed class DefectiveImageException(string message) : Exception(message);
