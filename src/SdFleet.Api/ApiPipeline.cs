using SdFleet.Api.Door;
using SdFleet.Api.Problems;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Api;

/// <summary>
/// What stands before routing. A startup filter, because endpoints can be mapped on any route builder but middleware cannot,
/// and nobody may forget it.
/// </summary>
internal sealed class ApiPipeline(LoopbackDoor door, ModelCatalog models, ILogger<ApiPipeline> log) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        door.Close(app);
        if (models.Specs.Count == 0)
        {
            log.LogWarning("No model is configured, so every submission will be refused. Configure {Section}:0:Name.", ModelCatalog.SectionName);
        }

        app.UseExceptionHandler(ExceptionProblems.Options);
        app.UseStatusCodePages(StatusProblems.WriteAsync);
        door.UseOn(app);
        next(app);
    };
}
