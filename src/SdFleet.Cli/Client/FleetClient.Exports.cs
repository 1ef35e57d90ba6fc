using System.Net;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Client;

/// <content>Exports that the fleet makes.</content>
internal sealed partial class FleetClient
{
    /// <summary>Asks for an export; one that is underway goes on.</summary>
    public async Task<ExportView> RequestExportAsync(Guid batch, ExportBatch request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/batches/{batch:D}/exports")) { Content = JsonContent.Create(request, options: ContractsJson.Options) },
            cancellationToken,
            isLong: true);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            throw new CliException((await ReadProblemAsync(response, cancellationToken)).Detail ?? $"the server refuses the export ({(int)response.StatusCode}).");
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<ExportView>(response, cancellationToken);
    }

    /// <summary>Cancels an export, and gives what has become of it.</summary>
    public async Task<ExportView> CancelExportAsync(Guid batch, string name, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/batches/{batch:D}/exports/{Uri.EscapeDataString(name)}/cancel")), cancellationToken, isLong: true);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            throw new CliException((await ReadProblemAsync(response, cancellationToken)).Detail ?? $"the server does not cancel the export ({(int)response.StatusCode}).");
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<ExportView>(response, cancellationToken);
    }

    /// <summary>An export, or null where the server has none of that name.</summary>
    public Task<ExportView?> FindExportAsync(Guid batch, string name, CancellationToken cancellationToken) =>
        GetAsync<ExportView>($"/v1/batches/{batch:D}/exports/{name}", cancellationToken, isLong: true);
}
