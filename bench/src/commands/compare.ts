import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type CompareOptions, compareReports, worseThan } from '../compare/compare.js';
import { formatChange, toCompareText } from '../compare/text.js';
import { findBaseline, toMachineClass } from '../report/baseline.js';
import { formatParams } from '../report/format.js';
import { ReportFileError, readReport } from '../report/read-report.js';
import type { Report } from '../report/report.js';
import { selectByName } from '../select.js';
import { CommandError, type ExitCode, exitCodes } from './exit-codes.js';
import { splitNames } from './run.js';
import { columnsOf, hasColors } from './terminal.js';

interface CompareFlags {
  failOver?: number;
  only: string[];
  targets: string[];
  all?: true;
  json?: true;
}

/** `bench compare [BEFORE.json] AFTER.json`. */
export function addCompareCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('compare')
    .description(
      'Holds two JSON reports against each other. Only what is beyond the noise is called better or worse: intervals that do not overlap.',
    )
    .argument('<before>', 'a JSON report; alone, it is held against the committed result of its class of machines')
    .argument('[after]', 'a JSON report')
    .option('--fail-over <percent>', 'exit with 1 when a figure is worse by more than this, beyond the noise: 10%', parsePercent)
    .option('--only <glob...>', 'compare only scenarios whose name matches', [])
    .option('--targets <names>', 'compare only these targets: names or globs, separated by commas', splitNames, [])
    .option('--all', 'compare every figure of a row, not the main ones alone')
    .option('--json', 'print the comparison as JSON')
    .action(async (before: string, after: string | undefined, flags: CompareFlags) => finish(await compare(before, after, flags)));
}

function parsePercent(text: string): number {
  const [, figure] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim()) ?? [];
  if (figure === undefined) throw new InvalidArgumentError('It must be a percentage, as in 10%.');
  return Number(figure) / 100;
}

async function compare(firstPath: string, secondPath: string | undefined, flags: CompareFlags): Promise<ExitCode> {
  const first = await read(firstPath);
  const [before, after] = secondPath === undefined ? [await readBaselineFor(first), first] : [first, await read(secondPath)];
  const comparison = compareReports(before, after, { all: flags.all === true, accepts: toFilter(flags, [before, after]) });
  const { failOver } = flags;
  const failures = failOver === undefined ? [] : worseThan(comparison, failOver);
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...comparison, failures }, null, 2)}\n`);
  else process.stdout.write(toCompareText(comparison, hasColors(process.stdout), columnsOf(process.stdout)));
  for (const difference of failures) {
    const { target, scenario, params, metric } = difference;
    process.stderr.write(
      `bench: ${target} in ${scenario} (${formatParams(params)}): ${metric.label} is worse: ${formatChange(difference)}, more than the ${Number(((failOver as number) * 100).toPrecision(6))} % allowed\n`,
    );
  }
  return failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}

function toFilter({ only, targets }: CompareFlags, reports: readonly Report[]): CompareOptions['accepts'] {
  const names = (pick: (row: Report['rows'][number]) => string): { name: string }[] =>
    [...new Set(reports.flatMap(({ rows }) => rows.map(pick)))].map((name) => ({ name }));
  const scenarios = new Set(
    selectByName(
      names((row) => row.scenario),
      only,
      'scenario in these reports',
    ).map(({ name }) => name),
  );
  const chosen = new Set(
    selectByName(
      names((row) => row.target),
      targets,
      'target in these reports',
    ).map(({ name }) => name),
  );
  return (row) => scenarios.has(row.scenario) && chosen.has(row.target);
}

async function readBaselineFor({ machine }: Report): Promise<Report> {
  const machineClass = toMachineClass(machine);
  const path = await asCommandError(findBaseline(machineClass));
  process.stderr.write(`bench: held against the committed result of ${machineClass}, ${relative('', path)}\n`);
  return read(path);
}

function read(path: string): Promise<Report> {
  return asCommandError(readReport(path));
}

async function asCommandError<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw error instanceof ReportFileError ? new CommandError(error.message, exitCodes.usage, { cause: error }) : error;
  }
}
