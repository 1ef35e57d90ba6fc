using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace SdFleet.Api.Door;

/// <summary>A transport of HTTP/3 behind the door.</summary>
internal sealed class LoopbackMultiplexedTransport(IMultiplexedConnectionListenerFactory inner, Lazy<LoopbackDoor> door)
    : IMultiplexedConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => inner is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    public ValueTask<IMultiplexedConnectionListener> BindAsync(
        EndPoint endpoint, IFeatureCollection? features = null, CancellationToken cancellationToken = default) =>
        inner.BindAsync(door.Value.Narrow(endpoint), features, cancellationToken);
}
