using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace SdFleet.Cli.Soak;

/// <summary>
/// Has a .NET process of this machine collect all of its garbage, by the diagnostic port that each has: a session of events that begins
/// with a collection, and is ended at once.
/// </summary>
/// <remarks>The messages are those of "Diagnostic IPC Protocol" (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).</remarks>
internal static class FullCollection
{
    private const string Provider = "Microsoft-Windows-DotNETRuntime";

    // GCHeapCollect: whoever turns it on has all generations collected.
    private const ulong Keyword = 0x80_0000;
    private const uint Informational = 4;
    private const uint BufferMegabytes = 1;
    private const uint NetTrace = 1;

    private const byte EventPipe = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing = 3;
    private const ushort Succeeded = 0x00FF;

    private const int SizeAt = 14;
    private const int CommandAt = 16;
    private const int HeaderBytes = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks, and returns when the process has collected.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where it cannot be asked: it has ended, was started without diagnostics, or does not answer.</returns>
    public static async Task<bool> RequestAsync(int process, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // A process that was killed leaves its port behind, and its number is given again: the last one made is the one that lives.
            if (Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{process}-*-socket").MaxBy(File.GetLastWriteTimeUtc) is not { } port)
            {
                return false;
            }

            await using var events = await AskAsync(port, CollectTracing, Session, patience.Token);
            var session = await AnswerAsync(events, patience.Token);

            // Until the process ends it, which it does once everything is written.
            var rest = events.CopyToAsync(Stream.Null, patience.Token);
            await using var stop = await AskAsync(port, StopTracing, message => message.Write(session), patience.Token);
            await AnswerAsync(stop, patience.Token);
            await rest;
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static void Session(BinaryWriter message)
    {
        message.Write(BufferMegabytes);
        message.Write(NetTrace);
        message.Write(false);
        message.Write(1u);
        message.Write(Keyword);
        message.Write(Informational);
        message.Write((uint)Provider.Length + 1);
        message.Write(Encoding.Unicode.GetBytes(Provider + '\0'));
        message.Write(0u);
    }

    private static async Task<NetworkStream> AskAsync(string port, byte command, Action<BinaryWriter> payload, CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        await using var writer = new BinaryWriter(message);
        writer.Write("DOTNET_IPC_V1\0"u8);
        writer.Write((ushort)0);
        writer.Write(EventPipe);
        writer.Write(command);
        writer.Write((ushort)0);
        payload(writer);
        var bytes = message.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(SizeAt), (ushort)bytes.Length);

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(port), cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(bytes, cancellationToken);
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> AnswerAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var payload = new byte[Math.Max(0, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(SizeAt)) - HeaderBytes)];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(CommandAt)) == Succeeded
            ? payload
            : throw new InvalidDataException($"The process refuses: {Convert.ToHexString(payload)}.");
    }
}
