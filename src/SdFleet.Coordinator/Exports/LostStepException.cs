namespace SdFleet.Coordinator.Exports;

/// <summary>A step of an export has become somebody else's meanwhile: nothing more of it is to be written here.</summary>
internal sealed class LostStepException() : Exception("The step is somebody else's by now.");
