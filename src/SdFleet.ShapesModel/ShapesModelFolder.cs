namespace SdFleet.ShapesModel;

/// <summary>Where the bundled model lies at run time, in diffusers' ONNX folder layout.</summary>
public static class ShapesModelFolder
{
    /// <summary>The folder beside the running program.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "shapes");
}
