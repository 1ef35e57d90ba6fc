using System.Net;
using Microsoft.AspNetCore.Connections;

namespace SdFleet.Api.Door;

/// <summary>A transport behind the door.</summary>
internal sealed class LoopbackTransport(IConnectionListenerFactory inner, Lazy<LoopbackDoor> door)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => inner is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        inner.BindAsync(door.Value.Narrow(endpoint), cancellationToken);
}
