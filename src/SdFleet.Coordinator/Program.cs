using SdFleet.Coordinator;
using SdFleet.Hosting.Health;

if (await HealthCommand.RunAsync(args) is { } exitCode)
{
    return exitCode;
}

await CoordinatorHost.Build(args).RunAsync();
return 0;
