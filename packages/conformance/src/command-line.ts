import { readFileSync } from 'node:fs';
import { isRevision, REVISIONS, type Revision } from '@mcpwire/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createClientCommand } from './client/subcommand.js';
import type { JsonObject } from './inbox.js';
import { reporters } from './report/index.js';
import { isObject } from './session.js';
import { LEVELS, type Level } from './verdict.js';
import { PACKAGE_VERSION } from './version.js';

/** What the arguments say, checked. */
export interface CliOptions {
  revision: Revision[];
  only: string[];
  skip: string[];
  level: Level;
  header: Record<string, string>;
  env: Record<string, string>;
  cwd?: string;
  timeout?: number;
  startTimeout?: number;
  concurrency?: number;
  expectedFailures?: string;
  list?: true;
  explain?: string;
  reporter: string;
  output: string[];
  badge?: string;
  strict?: true;
  probeTool?: string;
  probeArgs?: JsonObject;
  slowTool?: string;
  slowArgs?: JsonObject;
  start?: string;
  waitFor?: string;
  /** Of `client`: the transport that the client speaks. */
  stdio?: true;
  http?: true;
}

/** How the target was named: by a subcommand, or left to be found out. `client` judges the other side. */
export type Mode = 'stdio' | 'http' | 'sse' | 'client' | 'auto';

export type Action = (mode: Mode, words: string[], options: CliOptions) => Promise<void>;

/** What is repeatable and was not given. */
const NOTHING_GIVEN = { revision: [], only: [], skip: [], header: {}, env: {}, output: [] };

const EXAMPLES = `
mcp-conformance stdio --help, and so with the others, shows the options.

Examples:
  mcp-conformance stdio -- node server.js --port 1234   a server that is started for each connection
  mcp-conformance http https://example.com/mcp          Streamable HTTP
  mcp-conformance sse http://127.0.0.1:3000/sse         HTTP+SSE, of revision 2024-11-05
  mcp-conformance http://127.0.0.1:3000/mcp             finds out which of the two
  mcp-conformance http http://127.0.0.1:3000/mcp --start "node server.js" --wait-for http://127.0.0.1:3000/mcp
  mcp-conformance stdio --only 'stdio/*' --output report.html --output junit.xml -- node server.js
  mcp-conformance client --http -- node client.js       a client, whose server the suite is
  mcp-conformance --list                                every check of servers; client --list: of clients
  mcp-conformance --explain stdio/split-writes          one of them, with its requirements

Exit codes:
  0  no MUST was broken
  1  a MUST was broken; with --strict a SHOULD too; or an expected failure is none any more
  2  the arguments are wrong, or the server could not be started or reached
  3  nothing was broken, but something could not be judged`;

/** The program; `action` gets what was asked for. Wrong arguments throw CommanderError, after they were explained on stderr. */
export function createProgram(action: Action): Command {
  const program = new Command('mcp-conformance')
    .description(
      'Judges a Model Context Protocol server by what it sends: which requirement it breaks, where that stands, and the bytes that show it.',
    )
    .version(PACKAGE_VERSION)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  const add = (mode: Mode, command: Command): void => {
    addOptions(mode, command);
    command.exitOverride().showHelpAfterError('(--help shows what there is; options of the server go after --)');
    command.action((words: string | string[] | undefined, options: CliOptions) =>
      action(mode, words === undefined ? [] : typeof words === 'string' ? [words] : words, { ...NOTHING_GIVEN, ...options }),
    );
  };
  add(
    'stdio',
    program
      .command('stdio')
      .argument('[command...]')
      .description('a server that speaks over stdin and stdout: stdio -- COMMAND ARGUMENTS…'),
  );
  add('http', program.command('http').argument('[url]').description('a server that speaks Streamable HTTP'));
  add('sse', program.command('sse').argument('[url]').description('a server that speaks HTTP+SSE'));
  const client = createClientCommand();
  program.addCommand(client);
  add('client', client);
  add(
    'auto',
    program.command('detect', { isDefault: true }).argument('[url|command...]').description('finds out which of them it is (the default)'),
  );
  return program;
}

function addOptions(mode: Mode, command: Command): void {
  const judged = mode === 'client' ? 'client' : 'server';
  const isHttp = mode === 'http' || mode === 'sse';
  command
    .option(
      '--revision <revision>',
      `only this; one of ${REVISIONS.join(', ')} (default: all that the ${judged} supports); repeatable`,
      collectRevision,
    )
    .option('--only <glob>', `only checks whose id matches: ${mode === 'client' ? 'client/stdio-*' : 'jsonrpc/*'}; repeatable`, collect)
    .option('--skip <glob>', 'no checks whose id matches; repeatable', collect)
    .addOption(new Option('--level <level>', 'the weakest requirements to judge').choices(LEVELS).default('may'));
  if (isHttp || mode === 'auto') command.option('--header <name: value>', 'send this with every HTTP request; repeatable', collectHeader);
  const started = isHttp ? 'what --start starts' : `the ${judged}`;
  command
    .option('--env <name=value>', `set this in the environment of ${started}; repeatable`, collectVariable)
    .option('--cwd <directory>', `the working directory of ${started}`)
    .option('--timeout <ms>', 'how long an answer may take (default: 5000)', readCount)
    .option('--start-timeout <ms>', `how long the ${judged} may take to start (default: 20000)`, readCount)
    .option('--concurrency <count>', mode === 'client' ? 'clients that run at a time' : 'connections that work at a time', readCount)
    .option('--expected-failures <file>', 'YAML: failures that are known; entries that no longer fail are an error')
    .option('--list', 'show the checks, and run nothing')
    .option('--explain <id>', 'show one check with its requirements, or one requirement with its checks')
    .addOption(new Option('--reporter <name>', 'how the report looks on stdout').choices(Object.keys(reporters)).default('text'))
    .option(
      '--output <file>',
      'write the report here too, in the format of its extension: .json .xml (JUnit) .html .md .tap .txt; repeatable',
      collect,
    )
    .option('--badge <file>', 'write an SVG badge')
    .option('--strict', 'a broken SHOULD fails too');
  if (mode === 'client') return;
  command
    .option('--probe-tool <name>', 'a tool that the checks may call')
    .option('--probe-args <json>', 'its arguments, or @FILE (default: {})', readObject)
    .option('--slow-tool <name>', 'a tool that takes a second or more, for cancellation and progress')
    .option('--slow-args <json>', 'its arguments, or @FILE (default: {})', readObject);
  if (mode === 'stdio') return;
  command
    .option('--start <command>', 'start this HTTP server first, without a shell, and end it after')
    .option('--wait-for <url>', 'what answers once it has started (default: the URL to judge)');
}

function collect(value: string, former: string[] = []): string[] {
  return [...former, value];
}

function collectRevision(value: string, former: Revision[] = []): Revision[] {
  if (!isRevision(value)) throw new InvalidArgumentError(`There are ${REVISIONS.join(', ')}.`);
  return [...former, value];
}

function collectHeader(value: string, former: Record<string, string> = {}): Record<string, string> {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/.exec(value);
  if (!match?.[1]) throw new InvalidArgumentError('It must be "Name: value".');
  return { ...former, [match[1]]: match[2] ?? '' };
}

function collectVariable(value: string, former: Record<string, string> = {}): Record<string, string> {
  const at = value.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('It must be NAME=value.');
  return { ...former, [value.slice(0, at)]: value.slice(at + 1) };
}

function readCount(value: string): number {
  if (!/^\d{1,7}$/.test(value) || Number(value) < 1) throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  return Number(value);
}

function readObject(value: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.startsWith('@') ? readFileSync(value.slice(1), 'utf8') : value);
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON: ${(error as Error).message}`);
  }
  if (!isObject(parsed)) throw new InvalidArgumentError('It must be a JSON object.');
  return parsed;
}
