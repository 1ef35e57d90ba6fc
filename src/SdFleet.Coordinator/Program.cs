using SdFleet.Coordinator;

await CoordinatorHost.Build(args).RunAsync();
