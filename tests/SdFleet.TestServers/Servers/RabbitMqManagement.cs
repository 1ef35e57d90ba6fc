using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace SdFleet.TestServers;

/// <summary>The broker's management API; paths are relative to <c>/api/</c>.</summary>
public sealed class RabbitMqManagement
{
    private const int MaxTries = 4;

    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly AuthenticationHeaderValue _credentials;

    internal RabbitMqManagement(Uri address, string userInfo)
    {
        Address = address;
        _credentials = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(userInfo))));
    }

    public Uri Address { get; }

    /// <summary>The answer, or null where there is no such thing.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(response);
    }

    public async Task PutAsync(string path, object body)
    {
        using var response = await SendAsync(HttpMethod.Put, path, body);
        await ReadAsync(response);
    }

    public async Task<JsonNode?> PostAsync(string path, object body)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body);
        return await ReadAsync(response);
    }

    public async Task DeleteAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Delete, path);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            await ReadAsync(response);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        for (var tries = 1; ; tries++)
        {
            using var request = new HttpRequestMessage(method, new Uri(Address, $"/api/{path}"));
            request.Headers.Authorization = _credentials;
            request.Content = body is null ? null : JsonContent.Create(body, body.GetType());
            try
            {
                return await Client.SendAsync(request);
            }
            catch (TaskCanceledException) when (method != HttpMethod.Post && tries < MaxTries)
            {
                // A busy broker is late, and what is not posted may be asked twice.
            }
        }
    }

    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new TestServerException(
                $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri}: {(int)response.StatusCode} {text}");
        }

        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
