namespace SdFleet.Diffusion.Onnx;

/// <summary>The folder names of a model's components.</summary>
internal static class ModelComponents
{
    public const string Tokenizer = "tokenizer";
    public const string Tokenizer2 = "tokenizer_2";
    public const string TextEncoder = "text_encoder";
    public const string TextEncoder2 = "text_encoder_2";
    public const string Unet = "unet";
    public const string VaeDecoder = "vae_decoder";
    public const string VaeEncoder = "vae_encoder";
    public const string Scheduler = "scheduler";
    public const string LowResScheduler = "low_res_scheduler";

    /// <summary>Every component whose files decide what an image looks like.</summary>
    public static IReadOnlyList<string> All { get; } =
        [LowResScheduler, Scheduler, TextEncoder, TextEncoder2, Tokenizer, Tokenizer2, Unet, VaeDecoder, VaeEncoder];
}
