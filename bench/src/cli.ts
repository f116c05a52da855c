#!/usr/bin/env node
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { sum } from 'simple-statistics';
import { toText } from './report/text.js';
import { toJson, writeReport } from './report/write-report.js';
import { createPlan } from './run/plan.js';
import { type Profile, type ProfileName, profiles } from './run/profiles.js';
import { createProgressDisplay } from './run/progress-display.js';
import { runBench } from './run/run-bench.js';
import { scenarios } from './scenarios/index.js';
import { SelectionError, selectByName } from './select.js';
import { targets } from './targets/index.js';

const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
const resultsDirectory = fileURLToPath(new URL('../results', import.meta.url));

interface CliOptions {
  list?: true;
  only: string[];
  targets: string[];
  profile: ProfileName;
  rounds?: number;
  pin: boolean;
  json?: string;
  out: string;
}

const program = new Command('bench')
  .description('Measures MCP transports beside their floor and their peers, and writes the results as a table, JSON, Markdown and HTML.')
  .option('--list', 'show scenarios, targets and profiles, and measure nothing')
  .option('--only <glob...>', 'measure only scenarios whose name matches; may be given several times', [])
  .option('--targets <names>', 'measure only these targets: names or globs, separated by commas', splitNames, [])
  .addOption(new Option('--profile <name>', 'how much time to spend').choices(Object.keys(profiles)).default('quick'))
  .option('--rounds <count>', 'rounds of each measurement, in place of the profile’s', parseCount)
  .option('--no-pin', 'do not keep client and server to a core each')
  .option('--json <file>', 'write the JSON report to this file too')
  .option('--out <directory>', 'where latest.json, latest.md and latest.html go', resultsDirectory)
  .addHelpText(
    'after',
    `
Examples:
  bench                                         the quick profile: within 120 s
  bench --list                                  what there is
  bench --only 'stdio/*' --profile standard     more of stdio
  bench --only stdio/pipelined --targets floor,mcpwire --rounds 20
  bench --json before.json                      keep a result to compare with

Exit codes:
  0    everything that can be run here was measured; peers that can't be run are named in the report
  1    something that should have been measured failed
  2    the arguments are wrong
  130  interrupted by Ctrl-C; what was measured until then was reported`,
  )
  .exitOverride();

function splitNames(value: string): string[] {
  return value.split(',').map((name) => name.trim());
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > 1000) throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return count;
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

async function main(): Promise<number> {
  const options = program.parse().opts<CliOptions>();
  if (options.list) {
    printList();
    return exitCodes.ok;
  }
  const chosenScenarios = selectByName(scenarios, options.only, 'scenario');
  const chosenTargets = selectByName(targets, options.targets, 'target');

  const interruption = new AbortController();
  process.on('SIGINT', () => {
    // The second Ctrl-C does not wait for the report.
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort(new Error('interrupted'));
  });
  const display = createProgressDisplay(process.stderr);
  const report = await runBench({
    scenarios: chosenScenarios,
    targets: chosenTargets,
    profile: profiles[options.profile],
    rounds: options.rounds,
    pin: options.pin,
    command: ['bench', ...process.argv.slice(2)].join(' '),
    signal: interruption.signal,
    onprogress: display.update,
  });
  display.stop();

  const paths = [...(await writeReport(report, options.out))];
  if (options.json !== undefined) {
    await mkdir(dirname(options.json), { recursive: true });
    await writeFile(options.json, toJson(report));
    paths.push(options.json);
  }
  process.stdout.write(toText(report, process.stdout.isTTY === true && process.env.NO_COLOR === undefined));
  process.stderr.write(`Written: ${paths.map((path) => relative('', path)).join(', ')}\n`);
  if (report.interrupted) return exitCodes.interrupted;
  return report.gaps.some(({ kind }) => kind === 'failed') ? exitCodes.failed : exitCodes.ok;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else if (error instanceof SelectionError) {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = exitCodes.usage;
  } else throw error;
}
