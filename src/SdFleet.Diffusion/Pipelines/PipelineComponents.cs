using System.Collections.Concurrent;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>The loaded parts of a model, checked against each other.</summary>
internal sealed class PipelineComponents : IDisposable
{
    // Stable Diffusion's, for models that leave it open.
    private const int UsualLatentChannels = 4;

    // Some parts are loaded at first use, by whichever thread that is.
    private readonly ConcurrentStack<IDisposable> _owned = new();
    private readonly ComponentSessions _sessions;
    private readonly Lazy<LatentEncoder> _encoder;
    private readonly Lazy<SafetyChecker> _safety;

    private PipelineComponents(
        ModelFolder folder,
        OnnxDevice device,
        ModelAdapters adapters,
        LoadedAdapters changes,
        ComponentSessions sessions,
        BatchSplitter splitter)
    {
        _sessions = sessions;
        try
        {
            Folder = folder;
            Device = device;
            Splitter = splitter;
            Adapters = adapters with { Embeddings = changes.Embeddings };
            Scheduler = folder.ReadScheduler(ModelComponents.Scheduler);
            Vae = VaeConfig.Load(folder);
            RoundMultiple = Vae.ScaleFactor << UnetConfig.CountHalvings(folder);

            // The U-Net first: it tells most about a folder that is of another kind.
            Unet = Own(new Unet(Load(ModelComponents.Unet, changes)));
            Xl = XlConditioning.Detect(Unet, folder);
            Family = Xl is null ? ModelFamily.StableDiffusion
                : folder.Has(ModelComponents.TextEncoder) ? ModelFamily.StableDiffusionXl
                : ModelFamily.StableDiffusionXlRefiner;
            Prompts = Own(PromptEncoders.Load(
                folder,
                Family,
                component => Load(component, changes),
                sessions.WordsOf,
                component => Own(new ClipSkipEncoder(EditAgain(component), folder, device))));
            VaeDecoder decoder = Own(new VaeDecoder(Load(ModelComponents.VaeDecoder)));
            LatentChannels = decoder.LatentChannels > 0 ? decoder.LatentChannels : UsualLatentChannels;
            Kind = ModelKinds.Detect(Unet, LatentChannels, folder);
            int predicted = Unet.Output.Dimensions[1];
            string variance = predicted == 2 * LatentChannels ? ", and none for its variance" : "";
            RequireSame(Unet.File, $"channels of the prediction{variance}", LatentChannels, predicted);
            RequireSame(Unet.File, "text embeddings as wide as the text encoder's", Prompts.Width, Unet.Embeddings.Dimensions[2]);
            RequireSame(Unet.File, "text embeddings of a prompt, one a token", Prompts.ChunkLength, Unet.Embeddings.Dimensions[1]);
            RequireSame(Unet.File, "text_embeds as wide as the text encoder's", Prompts.PooledWidth, Unet.TextEmbeds?.Dimensions[1] ?? -1);
            GuidanceWidth = GuidanceInput.WidthOf(Unet, folder);
            FixedShape = FixedShape.Read(Unet, decoder, Vae.ScaleFactor);
            LowResolutionNoise = Kind == ModelKind.Upscaling ? Pipelines.LowResolutionNoise.Load(folder) : null;
            Calls = Own(new UnetCallPool(Unet));
            _encoder = new(LoadEncoder);
            bool mayOverflow = Xl is not null && Vae.ForceUpcast && decoder.Latents.IsHalf;
            if (mayOverflow && LoadFloat32Decoder() is { } exact)
            {
                decoder = exact;
                mayOverflow = false;
            }

            VaeMayOverflow = mayOverflow;
            Decoder = new(decoder, Vae, new(LoadFloat32Decoder));
            _safety = new(() => Own(new SafetyChecker(
                Load(ModelComponents.SafetyChecker), Scoring.ClipImages.Load(folder.PathOf(ModelComponents.FeatureExtractor, "")))));
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

    /// <summary>What changed them while they were loaded.</summary>
    public ModelAdapters Adapters { get; }

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

    /// <summary>How prompts are encoded for it.</summary>
    public ModelFamily Family { get; }

    /// <summary>What Stable Diffusion XL is told beside the prompt; null for other families.</summary>
    public XlConditioning? Xl { get; }

    /// <summary>The length of the vector that tells the guidance scale; 0 where the model is not told.</summary>
    public int GuidanceWidth { get; }

    /// <summary>What the export left no choice of.</summary>
    public FixedShape FixedShape { get; }

    /// <summary>Whether the decoder computes in float16 what its configuration wants in float32.</summary>
    public bool VaeMayOverflow { get; }

    /// <summary>How upscaling noises the small image; null for other kinds.</summary>
    public LowResolutionNoise? LowResolutionNoise { get; }

    /// <summary>Encodes prompts.</summary>
    public PromptEncoders Prompts { get; }

    /// <summary>The denoising network.</summary>
    public Unet Unet { get; }

    /// <summary>The U-Net's buffers.</summary>
    public UnetCallPool Calls { get; }

    /// <summary>How many images fit into memory at once, as far as it was found out.</summary>
    public BatchSplitter Splitter { get; }

    /// <summary>Makes images of latents.</summary>
    public LatentDecoder Decoder { get; }

    /// <summary>Tells how near everything in an image is; null where the model is of another kind, or has none.</summary>
    public DepthEstimator? Depth { get; }

    /// <summary>Makes latents of images. Loaded at first use where some uses of the model do not need it.</summary>
    /// <exception cref="ModelFormatException">The model has none, or it cannot be loaded.</exception>
    public LatentEncoder Encoder => _encoder.Value;

    /// <summary>Says what images should not be seen. Loaded at first use.</summary>
    /// <exception cref="ModelFormatException">The model has none, or it cannot be loaded.</exception>
    public SafetyChecker Safety => _safety.Value;

    private IEnumerable<string> LoadedComponents
    {
        get
        {
            string[] always = [.. Prompts.Components, ModelComponents.Unet, ModelComponents.VaeDecoder];
            IEnumerable<string> loaded = _encoder.IsValueCreated ? always.Append(ModelComponents.VaeEncoder) : always;
            return Depth is null ? loaded : loaded.Append(ModelComponents.DepthEstimator);
        }
    }

    /// <summary>Loads a folder.</summary>
    public static PipelineComponents Load(ModelFolder folder, OnnxDevice device, ModelAdapters adapters)
    {
        using LoadedAdapters changes = LoadedAdapters.Load(folder, adapters);
        ComponentSessions sessions = new();

        // A GPU has one queue, and TensorRT chooses kernels by their time: nothing is loaded side by side there.
        if (!device.HasOwnMemory)
        {
            foreach (string component in (string[])[ModelComponents.TextEncoder, ModelComponents.TextEncoder2, ModelComponents.VaeDecoder])
            {
                if (folder.HasModel(component) && !changes.Changes(component))
                {
                    sessions.Begin(component, () => OnnxSession.Load(folder.FindModel(component), device));
                }
            }
        }

        return new(folder, device, adapters, changes, sessions, new());
    }

    /// <summary>
    /// The same model with other adapters: its own parts are freed, all but the networks that stay as they are, and those that are changed
    /// are loaded. This one is of no use from then on, whatever comes of it.
    /// </summary>
    /// <param name="adapters">What changes the model from now on.</param>
    /// <param name="changes">The same, checked against the model.</param>
    public PipelineComponents With(ModelAdapters adapters, LoadedAdapters changes)
    {
        // Before the others are loaded: there may not be room for both.
        Free();
        _sessions.KeepOnly(changes.KeyOf);
        return new(Folder, Device, adapters, changes, _sessions, Splitter);
    }

    /// <summary>What was loaded.</summary>
    public PipelineInfo Describe() => new()
    {
        Folder = Folder.Path,
        PipelineClass = Folder.PipelineClass,
        Kind = Kind,
        EstimatesDepth = Depth is not null,
        HasSafetyChecker = Folder.HasModel(ModelComponents.SafetyChecker),
        Family = Family,
        GuidanceIsInput = GuidanceWidth > 0,
        FixedShape = FixedShape,
        VaeMayOverflow = VaeMayOverflow,
        MaxNoiseLevel = LowResolutionNoise?.MaxLevel ?? 0,
        Components = LoadedComponents.ToDictionary(component => component, Folder.FindModel),
        Loras = Adapters.Loras,
        Embeddings = Adapters.Embeddings,
        Scheduler = Scheduler,
        RuntimeVersion = OnnxEnvironment.Version,
        Provider = Device.Provider,
        ProviderFallbackReason = Device.FallbackReason,
        Device = Device.Name,
        AttentionCacheBytes = Device.AttentionCacheBytes,
        SizeMultiple = Vae.ScaleFactor,
        RoundMultiple = RoundMultiple,
    };

    /// <summary>Frees all parts.</summary>
    public void Dispose()
    {
        Free();
        _sessions.Dispose();
    }

    private void Free()
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

    // Twice the size of the usual one, and needed by few images.
    private VaeDecoder? LoadFloat32Decoder() => Folder.FindFloat32Model(ModelComponents.VaeDecoder) is { } file
        ? Own(new VaeDecoder(_sessions.Get(file, "", () => OnnxSession.Load(file, Device), () => [])))
        : null;

    private LatentEncoder LoadEncoder()
    {
        VaeEncoder encoder = Own(new VaeEncoder(Load(ModelComponents.VaeEncoder)));
        FixedShape.Require(encoder);
        return new(encoder, Vae);
    }

    private OnnxSession Load(string component) =>
        _sessions.Get(component, "", () => OnnxSession.Load(Folder.FindModel(component), Device), () => []);

    private OnnxSession Load(string component, LoadedAdapters changes) => !changes.Changes(component)
        ? Load(component)
        : _sessions.Get(
            component,
            changes.KeyOf(component),
            () => OnnxSession.Load(Edit(component, changes), Device),
            () => changes.WordsOf(component));

    private OnnxGraphEditor Edit(string component, LoadedAdapters changes)
    {
        string file = Folder.FindModel(component);
        OnnxGraphEditor editor = new(ModelLoads.Measure(file, ModelLoads.Read, () => OnnxGraph.Read(file)));
        return ModelLoads.Measure(file, ModelLoads.Adapt, () =>
        {
            changes.Apply(component, editor);
            return editor;
        });
    }

    // The files are closed once all is loaded, and so opened again for what is loaded later.
    private OnnxGraphEditor EditAgain(string component)
    {
        using LoadedAdapters changes = LoadedAdapters.Load(Folder, Adapters);
        return Edit(component, changes);
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }
}
