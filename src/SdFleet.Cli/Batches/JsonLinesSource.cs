namespace SdFleet.Cli.Batches;

/// <summary>A job a line, passed on as it is.</summary>
internal sealed class JsonLinesSource(string path) : BatchSource
{
    public override string Description => Path.GetFileName(path);

    public override string Unit => "line";

    public override IAsyncEnumerable<string> ReadLinesAsync(CancellationToken cancellationToken) => Utf8File.ReadLinesAsync(path, cancellationToken);
}
