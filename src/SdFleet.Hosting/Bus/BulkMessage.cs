namespace SdFleet.Hosting.Bus;

/// <summary>A message as it came, past MassTransit.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="Traceparent">The trace that it continues: W3C's header, or MassTransit's own; null where it names none.</param>
/// <param name="User">The broker's user who published it, which RabbitMQ has checked; null where it names none.</param>
public readonly record struct BulkMessage(byte[] Body, string? Traceparent, string? User);
