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
    public const string SafetyChecker = "safety_checker";
    public const string FeatureExtractor = "feature_extractor";
    public const string LowResScheduler = "low_res_scheduler";

    public const string DepthEstimator = "depth_estimator";

    /// <summary>Every component whose files decide what an image looks like. A safety checker only says what others may see.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        DepthEstimator, LowResScheduler, Scheduler, TextEncoder, TextEncoder2, Tokenizer, Tokenizer2, Unet, VaeDecoder, VaeEncoder,
    ];
}
