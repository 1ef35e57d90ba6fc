using SdFleet.Coordinator.Datasets;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Datasets;

/// <summary>A picture that was opened, to be shown.</summary>
internal sealed record DatasetPicture(DatasetImage Record, RgbImage Image);
