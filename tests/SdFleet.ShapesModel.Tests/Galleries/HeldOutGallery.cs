using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Galleries;

/// <summary>The pictures of all held-out prompts, painted once for all tests that look at them.</summary>
public sealed class HeldOutGallery : IDisposable
{
    public HeldOutGallery()
    {
        Gallery = Gallery.Of(Painter, World.HeldOutPrompts);
        Folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "heldout")).FullName;
        File.WriteAllText(Path.Combine(Folder, "report.txt"), Gallery.Report());
        File.WriteAllBytes(Path.Combine(Folder, "sheet.png"), PngWriter.ToArray(Gallery.Sheet()));
    }

    internal Painter Painter { get; } = new();

    internal Gallery Gallery { get; }

    /// <summary>Where report.txt and sheet.png lie.</summary>
    internal string Folder { get; }

    public void Dispose() => Painter.Dispose();
}
