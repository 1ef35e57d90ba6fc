using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Lets every message of a queue reach its consumer, whatever its body and content type: it arrives with an empty message,
/// and the consumer reads the raw body itself. Integrators publish to this fleet directly; what they get wrong has to be
/// answered with a reason, which an exception inside a deserializer is not.
/// </summary>
internal sealed class AnyBodyRawJson(ContentType contentType) : ISerializerFactory
{
    private static readonly SystemTextJsonRawMessageSerializer Inner = new(RawSerializerOptions.AnyMessageType | RawSerializerOptions.CopyHeaders);

    public ContentType ContentType => contentType;

    public IMessageSerializer CreateSerializer() => Inner;

    public IMessageDeserializer CreateDeserializer() => new Deserializer(contentType);

    private sealed class Deserializer(ContentType contentType) : IMessageDeserializer
    {
        public ContentType ContentType => contentType;

        public void Probe(ProbeContext context) => ((IMessageDeserializer)Inner).Probe(context);

        public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
            new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

        // What the message says is the consumer's to read; the serializer context only has to carry the headers.
        public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
            Inner.Deserialize(new StringMessageBody("{}"), headers, destinationAddress);

        public MessageBody GetMessageBody(string text) => new StringMessageBody(text);
    }
}
