namespace SdFleet.Contracts.Images;

/// <summary>Milliseconds spent on one picture, stage by stage.</summary>
public sealed record ImageTimings
{
    /// <summary>Tokenizer and text encoder.</summary>
    public required double TextEncodeMs { get; init; }

    /// <summary>The denoising loop.</summary>
    public required double DenoiseMs { get; init; }

    /// <summary>VAE decoder.</summary>
    public required double DecodeMs { get; init; }

    /// <summary>PNG encoding.</summary>
    public required double EncodeMs { get; init; }

    /// <summary>Upload to the artifact store.</summary>
    public required double UploadMs { get; init; }

    /// <summary>Seconds of the device this picture cost.</summary>
    public double GpuSeconds => (TextEncodeMs + DenoiseMs + DecodeMs) / 1000;
}
