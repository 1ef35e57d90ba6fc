using SdFleet.Hosting.Health;
using SdFleet.Worker;
using SdFleet.Worker.Models;

if (await HealthCommand.RunAsync(args) is { } exitCode)
{
    return exitCode;
}

if (args is [FetchModelCommand.Name, .. var settings])
{
    return await FetchModelCommand.RunAsync(settings);
}

await WorkerHost.Build(args).RunAsync();

// WorkerEnd says there why the worker stopped itself.
return Environment.ExitCode;
