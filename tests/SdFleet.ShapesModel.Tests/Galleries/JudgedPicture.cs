using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Galleries;

/// <summary>A picture the model painted, and what the judge says of it.</summary>
internal sealed record JudgedPicture(HeldOutPrompt Wanted, RgbImage Image, SeenPicture Seen, Verdict Verdict);
