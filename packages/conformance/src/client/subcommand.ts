import { Command } from 'commander';

const HELP = `
The command is started once for each scene. The address of the server that watches it is added to its arguments: the URL, or with
--stdio the command that it has to start. {url} and {command} stand for it where it belongs elsewhere. In its environment are:
  MCP_CONFORMANCE_URL, MCP_CONFORMANCE_COMMAND   the address again; the command as a JSON array
  MCP_CONFORMANCE_STEPS                          what the client should do, as JSON: see the README
  MCP_CONFORMANCE_REVISION                       the revision that is judged, for clients that have to be told
  MCP_CONFORMANCE_SCENE                          the name of the scene
  MCP_CONFORMANCE_CONNECT_TIMEOUT_MS             in one scene: give up connecting after so long

Exit code 2 means here that the client could not be started, or never spoke to the server.`;

/** `client`, without the options that all subcommands have. */
export function createClientCommand(): Command {
  return new Command('client')
    .argument('[command...]')
    .description('a client, in any language: client --stdio|--http -- COMMAND ARGUMENTS…')
    .option('--stdio', 'the client starts its server and speaks over stdin and stdout')
    .option('--http', 'the client speaks Streamable HTTP')
    .addHelpText('after', HELP);
}
