using System.Net;
using System.Net.Sockets;

namespace SdFleet.TestServers;

/// <summary>Stands between clients and a server, and does what networks do: loses what the server says, drops connections, is gone for a while.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _open = [];
    private TcpListener? _listener;
    private volatile bool _losesAnswers;

    private TcpRelay(string host, int port)
    {
        _host = host;
        _port = port;
    }

    /// <summary>Where clients connect, on this machine.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Whether what the server says is lost on the way.</summary>
    public bool LosesAnswers
    {
        get => _losesAnswers;
        set => _losesAnswers = value;
    }

    /// <summary>Begins to listen.</summary>
    public static TcpRelay Start(string host, int port)
    {
        var relay = new TcpRelay(host, port);
        relay.Open();
        return relay;
    }

    /// <summary>Takes connections again.</summary>
    public void Open()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    /// <summary>Drops every connection and refuses new ones.</summary>
    public void Close()
    {
        _listener?.Stop();
        _listener = null;
        Cut();
    }

    /// <summary>Drops every connection.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _open.ForEach(client => client.Dispose());
            _open.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(_host, _port);
            lock (_lock)
            {
                _open.Add(client);
                _open.Add(server);
            }

            await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream(), isAnswer: false), PumpAsync(server.GetStream(), client.GetStream(), isAnswer: true));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool isAnswer)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            if (!isAnswer || !LosesAnswers)
            {
                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
    }
}
