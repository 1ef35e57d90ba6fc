using SdFleet.Api;

await ApiHost.Build(args).RunAsync();
