using System.Diagnostics;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>One batch on its way from tasks to images.</summary>
/// <param name="components">The model.</param>
/// <param name="tasks">The batch.</param>
/// <param name="chunks">How many chunks the prompts of its tasks have: see <see cref="PromptEncoder"/>.</param>
/// <param name="progress">Is told of each step.</param>
/// <param name="probe">Sees what goes in and out, in tests.</param>
internal sealed class BatchGeneration(
    PipelineComponents components,
    IReadOnlyList<GenerationTask> tasks,
    int chunks,
    IProgress<GenerationProgress>? progress,
    GenerationProbe? probe)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Guidance _guidance = new(tasks, toldToModel: components.GuidanceWidth > 0);
    private readonly LatentShape _shape = new(
        components.LatentChannels, tasks[0].Height / components.Vae.ScaleFactor, tasks[0].Width / components.Vae.ScaleFactor);

    // One row of the U-Net's input.
    private LatentShape InputShape =>
        _shape with { Channels = _shape.Channels + components.Kind.ExtraChannels(components.LatentChannels) };

    /// <summary>Latents to begin with as with an image's; null without.</summary>
    public float[]? InitLatents { get; init; }

    /// <summary>Shows the images on their way; null where nobody looks.</summary>
    public PreviewOptions? Previews { get; init; }

    /// <summary>Makes the latents and decodes nothing: the images' latents, one behind the other.</summary>
    public float[] RunToLatents(CancellationToken cancellationToken)
    {
        using RunScope scope = new(cancellationToken);
        return Denoise(ChooseStrategy(scope), CreateScheduler(), EncodePrompts(scope), scope);
    }

    /// <summary>Makes the images.</summary>
    public IReadOnlyList<GeneratedImage> Run(CancellationToken cancellationToken)
    {
        Scheduler scheduler = CreateScheduler();
        using RunScope scope = new(cancellationToken);
        Dictionary<PromptText, PromptEmbedding> prompts = EncodePrompts(scope);
        TimeSpan textEncode = Stopwatch.GetElapsedTime(_started);
        float[] latents = Denoise(ChooseStrategy(scope), scheduler, prompts, scope);
        TimeSpan denoise = Stopwatch.GetElapsedTime(_started) - textEncode;
        return [.. tasks.Select((task, i) => Decode(task, i))];

        GeneratedImage Decode(GenerationTask task, int index)
        {
            using Activity? activity = DiffusionTelemetry.Start("vae_decode", images: 1);
            long decodeStarted = Stopwatch.GetTimestamp();
            DecodedImage decoded = components.Decoder.Decode(
                latents.AsSpan(index * _shape.Length, _shape.Length), _shape, scope, Observer(index), last: index + 1 == tasks.Count);
            if (task.Overlay)
            {
                MaskOverlay.Apply(decoded.Image, task.InitImage!, task.Mask!);
            }

            GenerationTimings timings = new(textEncode, denoise, Stopwatch.GetElapsedTime(decodeStarted));
            return new(task, decoded.Image, decoded.Defects, prompts[task.PromptText].DroppedTokens, timings)
            {
                BatchSize = tasks.Count,
                DecodedAgain = decoded.Again,
                IsUnsafe = CheckSafety(task, decoded.Image, scope),
            };
        }
    }

    private bool? CheckSafety(GenerationTask task, RgbImage image, RunScope scope)
    {
        if (task.SafetyCheck == SafetyCheck.Off)
        {
            return null;
        }

        bool objects = components.Safety.Objects(image, scope);
        if (objects && task.SafetyCheck == SafetyCheck.Blank)
        {
            image.Pixels.Clear();
        }

        return objects;
    }

    private DenoisingStrategy ChooseStrategy(RunScope scope)
    {
        GenerationContext context = new(components, tasks, _shape, scope, probe);
        GenerationTask first = tasks[0];
        return components.Kind switch
        {
            ModelKind.Inpainting => new MaskChannelsStrategy(context),
            ModelKind.DepthToImage => new DepthStrategy(context),
            ModelKind.Upscaling => new UpscalingStrategy(context),
            _ when first.Mask is not null && first.MaskBlending == MaskBlending.Soft => new SoftMaskStrategy(context),
            _ when first.Mask is not null => new BlendingStrategy(context),
            _ when InitLatents is not null => new ImageToImageStrategy(context, InitLatents),
            _ when first.InitImage is not null => new ImageToImageStrategy(context),
            _ => new TextToImageStrategy(),
        };
    }

    private Scheduler CreateScheduler()
    {
        Scheduler scheduler = tasks[0].Scheduler.Create(components.Scheduler);
        scheduler.SetTimesteps(tasks[0].Steps);
        return scheduler;
    }

    private Action<float[]>? Observer(int index) => probe is null ? null : planes => probe.OnDecoded(index, planes);

    private Dictionary<PromptText, PromptEmbedding> EncodePrompts(RunScope scope)
    {
        using Activity? activity = DiffusionTelemetry.Start("text_encode", tasks.Count);
        return _guidance.Texts.Distinct()
            .ToDictionary(text => text, text => components.Prompts.Encode(text, chunks, probe?.Tokenize, scope));
    }

    private float[] Denoise(
        DenoisingStrategy strategy, Scheduler scheduler, Dictionary<PromptText, PromptEmbedding> prompts, RunScope scope)
    {
        using Activity? activity = DiffusionTelemetry.Start("denoise", tasks.Count)?.SetTag("sdfleet.steps", scheduler.Timesteps.Length);
        UnetConditioning conditioning = new(components, _guidance, prompts);
        UnetCall call = components.Calls.Rent(conditioning.ShapeOf(InputShape));
        try
        {
            conditioning.Write(call);
            probe?.OnEmbeddings(call.Embeddings);

            BatchNoise noise = probe?.Noise ?? new BatchNoise(tasks);
            float[] latents = new float[tasks.Count * _shape.Length];
            int first = strategy.Prepare(scheduler, noise, latents);
            probe?.OnStart(latents);
            _guidance.WriteInput(strategy.ClassLabels, call.ClassLabels);
            call.CommitConstants();
            DenoisingLoop loop = new(scheduler, call, _guidance, noise, strategy);
            StepPreviews? previews = Previews is null ? null : new(Previews, components.Decoder, _shape, scope);
            loop.Run(latents, tasks.Count, first, tasks[0].Scheduler.ToStepOptions(), scope, Report, probe, previews);
            probe?.OnFinish(latents);
            return latents;
        }
        finally
        {
            components.Calls.Return(call);
        }
    }

    private void Report(int step, int steps) => progress?.Report(new(step, steps, tasks.Count, Stopwatch.GetElapsedTime(_started)));
}
