namespace SdFleet.Worker.Models;

/// <summary>A job names a LoRA that this worker has not, or not so. Another worker may have it: while LoRAs are added, old and new workers run.</summary>
internal sealed class WrongLoraException(string message) : Exception(message);
