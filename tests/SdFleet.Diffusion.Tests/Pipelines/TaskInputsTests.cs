using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class TaskInputsTests
{
    private static readonly GenerationTask General = KindTasks.Create(ModelKind.General, seed: 1);
    private static readonly GenerationTask Inpainting = KindTasks.Create(ModelKind.Inpainting, seed: 1);
    private static readonly GenerationTask Depth = KindTasks.Create(ModelKind.DepthToImage, seed: 1);
    private static readonly GenerationTask Upscaling = KindTasks.Create(ModelKind.Upscaling, seed: 1);

    private static readonly DepthMap AnyDepth = new(2, 1, [0, 1]);

    public static TheoryData<ModelKind, string, GenerationTask, string> Wrong() => new()
    {
        { ModelKind.General, "InitImage", General with { InitImage = null }, "Mask needs the image" },
        { ModelKind.General, "InitImage", General with { InitImage = new(64, 56) }, "64x56; it must have the task's size, 64x48" },
        { ModelKind.General, "Mask", General with { Mask = new(48, 64) }, "48x64; it must have the task's size, 64x48" },
        { ModelKind.General, "MaskBlending", General with { MaskBlending = (MaskBlending)7 }, "is 7" },
        { ModelKind.General, "MaskBlending", General with { Mask = null, MaskBlending = MaskBlending.Soft }, "no Mask" },
        { ModelKind.General, "Overlay", General with { Mask = null, Overlay = true }, "no Mask that keeps" },
        { ModelKind.General, "DepthMap", General with { DepthMap = AnyDepth }, "General takes none" },
        { ModelKind.General, "NoiseLevel", General with { NoiseLevel = 20 }, "General takes none" },
        { ModelKind.Inpainting, "InitImage", Inpainting with { InitImage = null }, "Inpainting needs one" },
        { ModelKind.Inpainting, "Mask", Inpainting with { Mask = null }, "Inpainting needs one" },
        { ModelKind.Inpainting, "MaskBlending", Inpainting with { MaskBlending = MaskBlending.Soft }, "blends nothing" },
        { ModelKind.Inpainting, "DepthMap", Inpainting with { DepthMap = AnyDepth }, "Inpainting takes none" },
        { ModelKind.DepthToImage, "InitImage", Depth with { InitImage = null }, "DepthToImage needs one" },
        { ModelKind.DepthToImage, "DepthMap", Depth with { DepthMap = null }, "DepthToImage needs one" },
        { ModelKind.DepthToImage, "DepthMap", Depth with { DepthMap = new(3, 1, [2, 2, 2]) }, "must differ" },
        { ModelKind.DepthToImage, "Mask", Depth with { Mask = new(64, 48) }, "DepthToImage takes none" },
        { ModelKind.Upscaling, "InitImage", Upscaling with { InitImage = null }, "Upscaling needs one" },
        { ModelKind.Upscaling, "InitImage", Upscaling with { InitImage = new(64, 48) }, "1/4 of the task's size, 16x12" },
        { ModelKind.Upscaling, "Mask", Upscaling with { Mask = new(64, 48) }, "Upscaling takes none" },
        { ModelKind.Upscaling, "NoiseLevel", Upscaling with { NoiseLevel = -1 }, "0 to 350" },
        { ModelKind.Upscaling, "NoiseLevel", Upscaling with { NoiseLevel = 351 }, "0 to 350" },
    };

    public static TheoryData<string, GenerationTask> Different() => new()
    {
        { "Mask", General with { Mask = null } },
        { "MaskBlending", General with { MaskBlending = MaskBlending.Soft } },
        { "InitImage", General with { InitImage = null, Mask = null } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Generate_WrongInput_NamesFieldAndLimit(ModelKind kind, string field, GenerationTask task, string limit)
    {
        using TinyPipeline pipeline = new(TinyModel.Of(kind));

        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => pipeline.Pipeline.Generate([task]));

        Assert.Equal(field, error.ParamName);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Different), DisableDiscoveryEnumeration = true)]
    public void Generate_TasksThatDoNotFitTogether_NameTheField(string field, GenerationTask task)
    {
        using TinyPipeline pipeline = new(new TinyModel());

        Assert.Equal(field, Assert.ThrowsAny<ArgumentException>(() => pipeline.Pipeline.Generate([General, task])).ParamName);
    }
}
