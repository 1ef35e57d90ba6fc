using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Lets every message of a queue reach its consumer, whatever its body and content type: one that is no JSON object arrives
/// with an empty message. Integrators publish to this fleet directly; what they get wrong has to be answered with a reason,
/// which an exception inside a deserializer is not. The consumer reads the raw body itself.
/// </summary>
public sealed class AnyBodyRawJson : ISerializerFactory
{
    private static readonly SystemTextJsonRawMessageSerializer Inner = new(RawSerializerOptions.AnyMessageType | RawSerializerOptions.CopyHeaders);

    /// <inheritdoc/>
    public ContentType ContentType => Inner.ContentType;

    /// <inheritdoc/>
    public IMessageSerializer CreateSerializer() => Inner;

    /// <inheritdoc/>
    public IMessageDeserializer CreateDeserializer() => new Deserializer();

    private sealed class Deserializer : IMessageDeserializer
    {
        public ContentType ContentType => Inner.ContentType;

        public void Probe(ProbeContext context) => ((IMessageDeserializer)Inner).Probe(context);

        public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
            new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

        // What the message says is the consumer's to read; the serializer context only has to carry the headers.
        public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
            Inner.Deserialize(new StringMessageBody("{}"), headers, destinationAddress);

        public MessageBody GetMessageBody(string text) => new StringMessageBody(text);
    }
}
