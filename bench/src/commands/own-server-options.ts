import { createInterface } from 'node:readline/promises';
import { InvalidArgumentError, Option } from 'commander';
import { sum } from 'simple-statistics';
import { discoverOwnServer, UnreachableError } from '../own-server/discover.js';
import { ownScenarios } from '../own-server/index.js';
import { describeTarget, type OwnServerRequest, remoteHostOf } from '../own-server/own-server.js';
import type { Report } from '../report/report.js';
import { type OwnServerOptions, planOwnServer, runOwnServer } from '../run/run-own-server.js';
import { selectByName } from '../select.js';
import { CommandError, exitCodes } from './exit-codes.js';

/** The flags that name a server to measure. */
export interface OwnServerFlags {
  target?: string;
  header: Readonly<Record<string, string>>;
  tool?: string;
  args?: Readonly<Record<string, unknown>>;
  rate?: number;
  yes?: true;
  targets: string[];
}

/** What keeps the load on somebody else's server low unless the reader says otherwise. */
const remoteMaxPerSecond = 20;

export function ownServerOptions(): readonly Option[] {
  return [
    new Option('--target <server>', 'measure this server instead: a command line (started without a shell) or a URL'),
    new Option('--header <line>', 'send this HTTP header to it, as in "Authorization: Bearer …"; may be given several times')
      .argParser(parseHeader)
      .default({}, 'none'),
    new Option('--tool <name>', 'call this tool of it (otherwise: ping, or what else it answers)'),
    new Option('--args <json>', 'the arguments of the tool').argParser(parseArgs),
    new Option(
      '--rate <count>',
      `send it so many requests a second at most (default: no limit on this machine, ${remoteMaxPerSecond} elsewhere)`,
    ).argParser(parseRate),
    new Option('--yes', 'send load to an address that is not this machine without asking'),
  ];
}

function parseHeader(line: string, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/.exec(line) ?? [];
  // The value may be a secret, so it is not repeated.
  if (name === undefined || value === undefined) throw new InvalidArgumentError('A header is a name, a colon and a value on one line.');
  return { ...headers, [name.toLowerCase()]: value.trim() };
}

function parseArgs(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InvalidArgumentError('It must be a JSON object.');
  return value as Readonly<Record<string, unknown>>;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate >= 0.1 && rate <= 100_000)) throw new InvalidArgumentError('It must be a number from 0.1 to 100000, requests a second.');
  return rate;
}

/** What the flags ask to have measured; undefined when they name no server. @throws CommandError for flags that do not go together */
export function toOwnServerRequest(flags: OwnServerFlags): OwnServerRequest | undefined {
  const { target, header, tool, args, rate } = flags;
  if (target === undefined) {
    const stray = [
      tool && '--tool',
      args && '--args',
      rate && '--rate',
      Object.keys(header).length > 0 && '--header',
      flags.yes && '--yes',
    ];
    const first = stray.find(Boolean);
    if (first) throw new CommandError(`${first} is about a server of your own: name it with --target`);
    return undefined;
  }
  if (args !== undefined && tool === undefined) throw new CommandError('--args are the arguments of a tool: name it with --tool');
  if (flags.targets.length > 0)
    throw new CommandError('--targets chooses among what --list shows, and --target measures a server of your own: leave one out');
  let remoteHost: string | undefined;
  try {
    remoteHost = remoteHostOf(target);
  } catch (error) {
    throw new CommandError(`--target: ${(error as Error).message}`);
  }
  return {
    target,
    headers: header,
    maxPerSecond: rate ?? (remoteHost === undefined ? undefined : remoteMaxPerSecond),
    ...(tool !== undefined && { call: { method: 'tools/call', params: { name: tool, arguments: args ?? {} } } }),
  };
}

type MeasureOptions = Omit<OwnServerOptions, 'server' | 'scenarios'> & { readonly only: readonly string[]; readonly yes: boolean };

/** Asks where load may go, meets the server, and measures it. */
export async function measureOwnServer(request: OwnServerRequest, options: MeasureOptions): Promise<Report> {
  const { only, yes, ...rest } = options;
  const scenarios = selectByName(ownScenarios, only, 'scenario of a server of your own');
  const seconds = sum(planOwnServer(scenarios, rest.profile, { rounds: rest.rounds }).map(({ estimateMs }) => estimateMs / 1000));
  await confirmRemote(request, seconds, yes, rest.signal);
  try {
    const server = await discoverOwnServer(request, rest.signal);
    return await runOwnServer({ ...rest, server, scenarios });
  } catch (error) {
    if (error instanceof UnreachableError) throw new CommandError(`${describeTarget(request.target)}: ${error.message}`, exitCodes.failed);
    throw error;
  }
}

async function confirmRemote(request: OwnServerRequest, seconds: number, yes: boolean, signal: AbortSignal): Promise<void> {
  const host = remoteHostOf(request.target);
  if (host === undefined) return;
  const rate = request.maxPerSecond as number;
  process.stderr.write(
    `WARNING: ${host} is not this machine. The bench will send it up to ${rate} requests a second for about ${Math.round(seconds)} s, some ${Math.round(rate * seconds)} in all.\n` +
      'Load on a server that is not yours, or that others use, may be an attack on it. --rate sets the limit.\n',
  );
  if (yes) return;
  if (!process.stdin.isTTY) throw new CommandError(`load to ${host} needs your consent: add --yes`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`Send it to ${host}? Type yes: `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('nothing was sent');
  } finally {
    prompt.close();
  }
}
