using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>The loaded parts of a model, checked against each other.</summary>
internal sealed class PipelineComponents : IDisposable
{
    // Stable Diffusion's, for models that leave it open.
    private const int UsualLatentChannels = 4;

    private readonly Stack<IDisposable> _owned = new();
    private readonly Lazy<LatentEncoder> _encoder;

    private PipelineComponents(ModelFolder folder, OnnxDevice device)
    {
        try
        {
            Folder = folder;
            Device = device;
            Scheduler = folder.ReadScheduler(ModelComponents.Scheduler);
            Vae = VaeConfig.Load(folder);
            RoundMultiple = Vae.ScaleFactor << UnetConfig.CountHalvings(folder);
            ClipTokenizer tokenizer = ClipTokenizer.Load(folder.PathOf(ModelComponents.Tokenizer, ""));

            // The U-Net first: it tells most about a folder that is of another kind.
            Unet = Own(new Unet(Load(ModelComponents.Unet)));
            TextEncoder textEncoder = Own(new TextEncoder(Load(ModelComponents.TextEncoder)));
            VaeDecoder decoder = Own(new VaeDecoder(Load(ModelComponents.VaeDecoder)));
            LatentChannels = decoder.LatentChannels > 0 ? decoder.LatentChannels : UsualLatentChannels;
            Kind = ModelKinds.Detect(Unet, LatentChannels, folder);
            RequireSame(Unet.File, "channels of the prediction", LatentChannels, Unet.Output.Dimensions[1]);
            RequireSame(Unet.File, "text embeddings as wide as the text encoder's", textEncoder.Width, Unet.Embeddings.Dimensions[2]);
            LowResolutionNoise = Kind == ModelKind.Upscaling ? Pipelines.LowResolutionNoise.Load(folder) : null;
            Calls = Own(new UnetCallPool(Unet));
            _encoder = new(() => new(Own(new VaeEncoder(Load(ModelComponents.VaeEncoder))), Vae));
            Prompts = new(tokenizer, textEncoder);
            Decoder = new(decoder, Vae);
            if (Kind == ModelKind.DepthToImage && folder.HasModel(ModelComponents.DepthEstimator))
            {
                OnnxSession session = Load(ModelComponents.DepthEstimator);
                Depth = Own(new DepthEstimator(session, DepthPreprocessing.Load(folder)));
            }

            if (Kind is ModelKind.Inpainting or ModelKind.DepthToImage)
            {
                _ = _encoder.Value;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where they come from.</summary>
    public ModelFolder Folder { get; }

    /// <summary>What they run on.</summary>
    public OnnxDevice Device { get; }

    /// <summary>The model's own scheduler configuration.</summary>
    public SchedulerConfig Scheduler { get; }

    /// <summary>What the autoencoder does to sizes and values.</summary>
    public VaeConfig Vae { get; }

    /// <summary>Channels of the latents.</summary>
    public int LatentChannels { get; }

    /// <summary>What sides are rounded to where they come about.</summary>
    public int RoundMultiple { get; }

    /// <summary>What the model can be used for.</summary>
    public ModelKind Kind { get; }

    /// <summary>How upscaling noises the small image; null for other kinds.</summary>
    public LowResolutionNoise? LowResolutionNoise { get; }

    /// <summary>Encodes prompts.</summary>
    public PromptEncoder Prompts { get; }

    /// <summary>The denoising network.</summary>
    public Unet Unet { get; }

    /// <summary>The U-Net's buffers.</summary>
    public UnetCallPool Calls { get; }

    /// <summary>Makes images of latents.</summary>
    public LatentDecoder Decoder { get; }

    /// <summary>Tells how near everything in an image is; null where the model is of another kind, or has none.</summary>
    public DepthEstimator? Depth { get; }

    /// <summary>Makes latents of images. Loaded at first use where some uses of the model do not need it.</summary>
    /// <exception cref="ModelFormatException">The model has none, or it cannot be loaded.</exception>
    public LatentEncoder Encoder => _encoder.Value;

    private IEnumerable<string> LoadedComponents
    {
        get
        {
            string[] always = [ModelComponents.TextEncoder, ModelComponents.Unet, ModelComponents.VaeDecoder];
            IEnumerable<string> loaded = _encoder.IsValueCreated ? always.Append(ModelComponents.VaeEncoder) : always;
            return Depth is null ? loaded : loaded.Append(ModelComponents.DepthEstimator);
        }
    }

    /// <summary>Loads a folder.</summary>
    public static PipelineComponents Load(ModelFolder folder, OnnxDevice device) => new(folder, device);

    /// <summary>What was loaded.</summary>
    public PipelineInfo Describe() => new()
    {
        Folder = Folder.Path,
        PipelineClass = Folder.PipelineClass,
        Kind = Kind,
        EstimatesDepth = Depth is not null,
        MaxNoiseLevel = LowResolutionNoise?.MaxLevel ?? 0,
        Components = LoadedComponents.ToDictionary(component => component, Folder.FindModel),
        Scheduler = Scheduler,
        RuntimeVersion = OnnxEnvironment.Version,
        Provider = Device.Provider,
        ProviderFallbackReason = Device.FallbackReason,
        Device = Device.Name,
        SizeMultiple = Vae.ScaleFactor,
        RoundMultiple = RoundMultiple,
    };

    /// <summary>Frees all parts.</summary>
    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    // Dimensions below 0 are left open by the model.
    private static void RequireSame(string file, string what, int expected, int found)
    {
        if (expected >= 0 && found >= 0 && expected != found)
        {
            throw new ModelFormatException(
                file, FormattableString.Invariant($"{expected} {what}"), FormattableString.Invariant($"{found}"));
        }
    }

    private OnnxSession Load(string component) => OnnxSession.Load(Folder.FindModel(component), Device);

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }
}
