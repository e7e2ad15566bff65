using Ingress.Commands;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
