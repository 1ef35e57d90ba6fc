using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SdFleet.Coordinator.Scaling;

/// <summary>The one call to Kubernetes that this program makes, with what every pod finds of its own service account.</summary>
/// <param name="client">Reaches the cluster's API server.</param>
/// <param name="folder">The service account's files: <c>token</c>, <c>namespace</c>, <c>ca.crt</c>.</param>
internal sealed class KubernetesPods(HttpClient client, string folder) : IDisposable
{
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>For the pod that this process runs in.</summary>
    /// <exception cref="InvalidOperationException">It runs in no pod, or in one without a service account's token.</exception>
    public static KubernetesPods OfThisPod()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        if (string.IsNullOrEmpty(host) || !File.Exists(Path.Combine(AccountFolder, "token")))
        {
            throw new InvalidOperationException(
                $"{ScaleOptions.SectionName}:DeletionCost is set, but there is no service account's token in {AccountFolder}: it works inside Kubernetes only, where the token is mounted.");
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(AccountFolder, "ca.crt"));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "443";
        var name = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        return new KubernetesPods(new HttpClient(handler) { BaseAddress = new Uri($"https://{name}:{port}"), Timeout = TimeSpan.FromSeconds(10) }, AccountFolder);
    }

    /// <summary>Sets what losing a pod would cost. A ReplicaSet that shrinks removes the cheapest pods first.</summary>
    /// <returns>False where there is no such pod.</returns>
    public async Task<bool> SetDeletionCostAsync(string pod, int cost, CancellationToken cancellationToken)
    {
        // Read each time: the kubelet replaces the token before it expires.
        var token = await File.ReadAllTextAsync(Path.Combine(folder, "token"), cancellationToken).ConfigureAwait(false);
        var space = await File.ReadAllTextAsync(Path.Combine(folder, "namespace"), cancellationToken).ConfigureAwait(false);
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/namespaces/{space.Trim()}/pods/{Uri.EscapeDataString(pod)}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        request.Content = new StringContent(
            $$$$"""{"metadata":{"annotations":{"controller.kubernetes.io/pod-deletion-cost":"{{{{cost.ToString(CultureInfo.InvariantCulture)}}}}"}}}""",
            Encoding.UTF8,
            "application/merge-patch+json");
        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        return true;
    }

    public void Dispose() => client.Dispose();
}
