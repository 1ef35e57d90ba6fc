using SdFleet.ShapesModel.Tests.Galleries;

namespace SdFleet.ShapesModel.Tests;

/// <summary>The tests that share the held-out pictures.</summary>
[CollectionDefinition(HeldOutPicturesTests.Name)]
public sealed class HeldOutPicturesCollection : ICollectionFixture<HeldOutGallery>;
