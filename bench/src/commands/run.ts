import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { sum } from 'simple-statistics';
import { assertWritable } from '../report/assert-writable.js';
import type { Report } from '../report/report.js';
import { toText } from '../report/text.js';
import { createPlan } from '../run/plan.js';
import { type Profile, type ProfileName, profiles } from '../run/profiles.js';
import { createProgressDisplay } from '../run/progress-display.js';
import { runBench } from '../run/run-bench.js';
import { scenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { selectByName } from '../select.js';
import { targets } from '../targets/index.js';
import type { Target } from '../targets/target.js';
import { CommandError, type ExitCode, exitCodes } from './exit-codes.js';
import { measureOwnServer, type OwnServerFlags, ownServerOptions, toOwnServerRequest } from './own-server-options.js';
import { columnsOf, hasColors } from './terminal.js';

interface RunFlags extends OwnServerFlags {
  list?: true;
  only: string[];
  targets: string[];
  profile: ProfileName;
  rounds?: number;
  connections?: number;
  pin: boolean;
  json?: string;
  out: string;
}

const resultsDirectory = fileURLToPath(new URL('../../results', import.meta.url));

const examples = `
Examples:
  bench                                         the quick profile: within 120 s
  bench --list                                  what there is
  bench --only 'stdio/*' --profile standard     more of stdio
  bench --only stdio/pipelined --targets floor,mcpwire --rounds 20
  bench --only connections/sse --targets floor,mcpwire --connections 65536
  bench --json before.json                      keep a result to compare with
  bench compare before.json after.json --fail-over 10%
  bench advise                                  which transport, by this machine's figures
  bench --target 'python server.py' --tool search --args '{"q":"x"}'
  bench --target https://host.example/mcp --header 'Authorization: Bearer …' --rate 20

Exit codes:
  0    everything that can be run here was measured; peers that can't be run, and what there was no time for, are named in the report
  1    something that should have been measured failed; a target can't be reached; compare: worse than --fail-over allows
  2    the arguments are wrong or leave nothing to measure, or a file that they name is none of the bench's
  3    the results could not be written; what was measured is on stdout
  130  interrupted by Ctrl-C; what was measured until then was reported`;

/** `bench` without the name of another command: measures and reports. `finish` is told how it ended. */
export function addRunCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .option('--list', 'show scenarios, targets and profiles, and measure nothing')
    .option('--only <glob...>', 'measure only scenarios whose name matches; may be given several times', [])
    .option('--targets <names>', 'measure only these targets: names or globs, separated by commas', splitNames, [])
    .addOption(new Option('--profile <name>', 'how much time to spend').choices(Object.keys(profiles)).default('quick'))
    .option('--rounds <count>', 'rounds of each measurement, in place of the profile’s', parseCount)
    .option('--connections <count>', 'idle streams that connections/* hold, for a minute, in place of what the profile has', parseStreams)
    .option('--no-pin', 'do not keep client and server to a core each')
    .option('--json <file>', 'write the JSON report to this file too')
    .option('--out <directory>', 'where latest.json, .csv, .md and .html go', resultsDirectory);
  for (const option of ownServerOptions()) program.addOption(option);
  program.addHelpText('after', examples).action(async (flags: RunFlags) => finish(await run(flags)));
}

/** Names or globs, separated by commas. */
export function splitNames(value: string): string[] {
  return value.split(',').map((name) => name.trim());
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > 1000) throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return count;
}

const maxStreams = 1_000_000;

function parseStreams(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > maxStreams) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${maxStreams}.`);
  }
  return count;
}

async function run(flags: RunFlags): Promise<ExitCode> {
  if (flags.list) {
    printList();
    return exitCodes.ok;
  }
  const request = toOwnServerRequest(flags);
  const chosenScenarios = request === undefined ? selectByName(scenarios, flags.only, 'scenario') : [];
  const chosenTargets = selectByName(targets, flags.targets, 'target');
  if (request === undefined) assertSomething(flags, chosenScenarios, chosenTargets);
  else if (flags.connections !== undefined) throw new CommandError('--connections is about connections/*, not about a server of your own');
  try {
    await assertWritable(flags.out);
  } catch (error) {
    throw new CommandError(
      `${flags.out} takes no results: ${describe(error)}. Nothing was measured; --out names another directory.`,
      exitCodes.unwritten,
    );
  }

  const { signal, stop } = listenForInterrupt();
  const display = createProgressDisplay(process.stderr);
  const common = { profile: profiles[flags.profile], rounds: flags.rounds, signal, onprogress: display.update };
  let report: Report;
  try {
    report =
      request === undefined
        ? await runBench({
            ...common,
            scenarios: chosenScenarios,
            targets: chosenTargets,
            streams: flags.connections,
            pin: flags.pin,
            command: describeCommand(),
          })
        : await measureOwnServer(request, { ...common, only: flags.only, yes: flags.yes === true, command: describeCommand() });
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    display.stop();
    stop();
  }
  return publish(report, flags);
}

/** @throws CommandError when what was chosen leaves nothing to measure, or a flag has no effect on it */
function assertSomething({ profile, connections }: RunFlags, scenarios: readonly Scenario[], targets: readonly Target[]): void {
  if (connections !== undefined && !scenarios.some(({ casesFor }) => casesFor !== undefined))
    throw new CommandError(
      `--connections is about connections/*, and --only leaves them out: ${scenarios.map(({ name }) => name).join(', ')}`,
    );
  if (createPlan(scenarios, targets, profiles[profile], undefined, connections).length > 0) return;
  const other = (['standard', 'full'] as const).find((name) => createPlan(scenarios, targets, profiles[name]).length > 0);
  const names = scenarios.map(({ name }) => name).join(', ');
  throw new CommandError(
    other === undefined
      ? `there is nothing to measure: none of these targets is measured in ${names}. That has: ${[...new Set(scenarios.flatMap((scenario) => scenario.targets))].join(', ')}`
      : `there is nothing to measure: the profile ${profile} has no case of ${names} for these targets. --profile ${other} has.`,
  );
}

/** The first Ctrl-C ends the run, and what it has shown is reported; the second does not wait for that. */
function listenForInterrupt(): { signal: AbortSignal; stop(): void } {
  const interruption = new AbortController();
  const onsignal = (): void => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort(new Error('interrupted'));
  };
  process.on('SIGINT', onsignal);
  return { signal: interruption.signal, stop: () => void process.off('SIGINT', onsignal) };
}

/** Prints first: what can't be written is there all the same. */
async function publish(report: Report, flags: RunFlags): Promise<ExitCode> {
  process.stdout.write(toText(report, hasColors(process.stdout), columnsOf(process.stdout)));
  // The drawing of charts takes longer to load than everything else, and is needed here only.
  const { writeReport } = await import('../report/write-report.js');
  const { paths, failures, rescued } = await writeReport(report, flags.out, flags.json);
  if (paths.length > 0) process.stderr.write(`Written: ${paths.map(toShortPath).join(', ')}\n`);
  for (const { path, error } of failures) process.stderr.write(`bench: ${toShortPath(path)} could not be written: ${describe(error)}\n`);
  if (rescued !== undefined) process.stderr.write(`bench: the JSON report is in ${rescued}\n`);
  if (report.interrupted) return exitCodes.interrupted;
  if (failures.length > 0) return exitCodes.unwritten;
  return report.gaps.some(({ kind }) => kind === 'failed') ? exitCodes.failed : exitCodes.ok;
}

/** From here, unless that goes up and down more than from the top. */
function toShortPath(path: string): string {
  const here = relative('', path);
  return here.startsWith('..') ? resolve(path) : here;
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'no space is left there';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `it may not be written to (${code})`;
  return message;
}

/** The command line for the report, without what headers hold. */
function describeCommand(): string {
  const args = process.argv.slice(2).map((arg, i, all) => {
    if (all[i - 1] === '--header') return arg.replace(/:.*/s, ': …');
    return arg.startsWith('--header=') ? arg.replace(/:.*/s, ': …') : arg.replace(/^([a-z+]+:\/\/[^?]*)\?.*/is, '$1?…');
  });
  return ['bench', ...args].join(' ');
}

function printList(): void {
  const line = (name: string, about: string): string => `  ${name.padEnd(21)} ${about}`;
  const parts = [
    'Scenarios',
    ...scenarios.map(({ name, title }) => line(name, title)),
    'Targets',
    ...targets.map(({ name, about }) => line(name, about)),
    'Profiles',
    ...Object.values(profiles).map((profile) => line(profile.name, `${profile.about}; ${describeEstimate(profile)}`)),
  ];
  process.stdout.write(`${parts.join('\n')}\n`);
}

function describeEstimate(profile: Profile): string {
  const seconds = sum(createPlan(scenarios, targets, profile).map(({ estimateMs }) => estimateMs / 1000));
  return seconds < 120 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
