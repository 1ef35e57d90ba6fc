using SdFleet.Api.Tests.Support;

namespace SdFleet.Api.Tests.Batches;

[Collection(Alone.Name)]
public sealed class PartMemoryTests
{
    private const int Parts = 64;
    private const int PartBytes = 4 * 1024 * 1024;

    [Fact]
    public async Task Put_ManyParts_UsesTheSameMemoryForEach()
    {
        await using var api = await ApiServer.StartAsync();
        var id = Guid.NewGuid();
        var part = new byte[PartBytes];
        part.AsSpan().Fill((byte)'\n');
        await PutAsync(api, id, 0, part);
        await PutAsync(api, id, 1, part);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        for (var number = 2; number < Parts + 2; number++)
        {
            await PutAsync(api, id, number, part);
        }

        // A buffer of its own for each part would be all of them; this is the client's and the connections' share.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Parts * PartBytes / 4);
    }

    private static async Task PutAsync(ApiServer api, Guid id, int number, byte[] part)
    {
        using var content = new ByteArrayContent(part);
        content.Headers.ContentType = new("application/jsonl");
        using var response = await api.Client.PutAsync(new Uri($"/v1/batches/{id}/parts/{number}", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }
}
