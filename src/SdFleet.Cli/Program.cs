Console.Error.WriteLine("sdfleet: no command is there yet");
return 2;
