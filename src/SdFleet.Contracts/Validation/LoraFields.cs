namespace SdFleet.Contracts.Validation;

/// <summary>The fields of a LoRA in a submission.</summary>
public static class LoraFields
{
    /// <summary>Most LoRAs of one job.</summary>
    public const int MaxLoras = 8;

    /// <summary>Its name.</summary>
    public static FieldRule Name { get; } = new("name", FieldKind.Text, "Name of its file in the workers' folder of LoRAs, without the extension.")
    {
        MinLength = 1, MaxLength = 128, IsRequired = true,
    };

    /// <summary>How strongly it counts.</summary>
    public static FieldRule Weight { get; } = new("weight", FieldKind.Number, "How strongly it counts; 1, the default, is as it was trained.") { Min = -10, Max = 10 };

    /// <summary>Its file's digest.</summary>
    public static FieldRule Sha256 { get; } = new("sha256", FieldKind.Text, "SHA-256 of its file, to insist on this very one.") { IsDigest = true, MinLength = 64, MaxLength = 64 };

    /// <summary>The field of a job.</summary>
    public static FieldRule OfJob { get; } = new("loras", FieldKind.Objects, "LoRAs out of those that the model's workers have; their changes add up.")
    {
        MaxItems = MaxLoras, Fields = [Name, Weight, Sha256],
    };
}
