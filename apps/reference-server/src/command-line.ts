import process from 'node:process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { AllowList } from './fetch/allow-list.js';
import { packageVersion } from './identity.js';
import { DEFAULT_GRACE_MS, serve } from './serve.js';
import { transports } from './transports/index.js';
import { UsageError } from './transports/transport.js';

interface CommonOptions {
  allowFetch?: string[];
  pageSize?: number;
  officialSuite?: true;
  graceMs: number;
  verbose?: true;
}

/** Runs what the arguments say. @returns the exit code: 2 when they say nothing that can be done. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = await createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Help and the version that were asked for end here too; help that is shown for want of a command has another code.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

async function createProgram(): Promise<Command> {
  const program = new Command('mcpwire-reference-server')
    .description('An MCP server to try clients and transports against. It speaks every revision from 2024-11-05 to 2026-07-28.')
    .version(packageVersion())
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  for (const [name, load] of Object.entries(transports)) {
    const transport = await load();
    const command = program.command(name).summary(transport.summary).description(`Serves MCP: ${transport.summary}.`);
    addCommonOptions(command);
    transport.configure?.(command);
    command.action(async (options: CommonOptions) => {
      const { allowFetch, pageSize, officialSuite, graceMs, verbose, ...own } = options;
      // Loaded when it is wanted.
      const catalogue = officialSuite && (await import('./suite/index.js')).createSuiteCatalogue();
      try {
        await serve(transport, { server: { allowFetch, pageSize, catalogue }, graceMs, log: verbose && logToStderr }, own);
      } catch (error) {
        if (error instanceof UsageError) command.error(`error: ${error.message}`);
        throw error;
      }
    });
  }
  return program;
}

function addCommonOptions(command: Command): void {
  command
    .option(
      '--allow-fetch <host[:port]>',
      'let the tool fetch reach this host; repeatable; "loopback" for this machine (default: loopback)',
      addAllowed,
    )
    .option('--page-size <items>', 'items on a page of a list (default: all)', (value) => readInteger(value, 1))
    .option('--official-suite', 'offer what the official conformance suite asks for, in place of the tools and all the rest')
    .option(
      '--grace-ms <ms>',
      'on SIGTERM, SIGINT or the end of input: time for answers in flight',
      (value) => readInteger(value, 0),
      DEFAULT_GRACE_MS,
    )
    .option('--verbose', 'log to stderr')
    .allowExcessArguments(false);
}

function addAllowed(entry: string, entries: string[] = []): string[] {
  try {
    new AllowList([entry]);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  return [...entries, entry];
}

function readInteger(value: string, minimum: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < minimum)
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to 999999999.`);
  return Number(value);
}

function logToStderr(line: string): void {
  process.stderr.write(`mcpwire-reference-server: ${line}\n`);
}
