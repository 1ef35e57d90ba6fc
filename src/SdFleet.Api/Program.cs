using SdFleet.Api;
using SdFleet.Hosting.Health;

if (await HealthCommand.RunAsync(args) is { } exitCode)
{
    return exitCode;
}

await ApiHost.Build(args).RunAsync();
return 0;
