using MassTransit;

namespace SdFleet.Hosting.Bus;

/// <summary>Who published a message.</summary>
public static class PublisherExtensions
{
    /// <summary>The broker's user whom the message names, which RabbitMQ has checked; null where it names none.</summary>
    public static string? PublisherUser(this ConsumeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.ReceiveContext.TryGetPayload(out RabbitMqBasicConsumeContext? basic) && basic.Properties.UserId is { Length: > 0 } user ? user : null;
    }
}
