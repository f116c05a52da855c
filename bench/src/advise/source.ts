import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, type Machine } from '../measure/machine.js';
import { listBaselines, toMachineClass } from '../report/baseline.js';
import { ReportFileError, readReport } from '../report/read-report.js';
import type { Report } from '../report/report.js';
import { type FigureName, figureSources, findFigure } from './figures.js';

/** Where the figures come from, in words for the reader. */
export interface AdviceSource {
  readonly path?: string;
  readonly report?: Report;
  readonly notes: readonly string[];
}

const resultsDirectory = fileURLToPath(new URL('../../results', import.meta.url));

/**
 * The report whose figures are used: the file that was asked for, else the latest run, else a committed baseline, that of this class of machines first, else none.
 * @throws ReportFileError when the file that was asked for is no report
 */
export async function findAdviceSource(asked: string | undefined, directory: string = resultsDirectory): Promise<AdviceSource> {
  if (asked !== undefined) return describeSource(asked, await readReport(asked), []);
  const notes: string[] = [];
  const baselines = await listBaselines(toMachineClass(describeMachine()), join(directory, 'baselines'));
  for (const path of [join(directory, 'latest.json'), ...baselines]) {
    try {
      const report = await readReport(path);
      // A run of the reader's own server has no figures of the transports.
      if (report.targets.some(({ role }) => role === 'subject'))
        throw new ReportFileError(`${relative('', path)} is about a server of your own.`);
      const figures = Object.keys(figureSources).filter((figure) => findFigure(report, figure as FigureName) !== undefined);
      if (figures.length === 0) throw new ReportFileError(`${relative('', path)} has none of the figures: it is of \`${report.command}\`.`);
      return describeSource(path, report, notes);
    } catch (error) {
      if (!(error instanceof ReportFileError)) throw error;
      notes.push(error.message);
    }
  }
  return { notes: [...notes, 'There are no results to take figures from: run the bench first.'] };
}

function describeSource(path: string, report: Report, notes: readonly string[]): AdviceSource {
  const { machine, startedAt, profile, interrupted } = report;
  const where = `Figures: mcpwire’s rows in ${relative('', path)}, ${startedAt.slice(0, 10)}, profile ${profile}, ${machine.cpu}, ${machine.cores} cores. ~ marks noise.`;
  return {
    path,
    report,
    notes: [
      ...notes,
      where,
      ...(isThisMachine(machine) ? [] : ['They were measured on another machine than this one: run the bench for your own.']),
      ...(profile === 'smoke' ? ['The profile smoke shows that everything runs: its figures mean nothing.'] : []),
      ...(interrupted ? ['That run was interrupted.'] : []),
    ],
  };
}

function isThisMachine({ cpu, cores }: Machine): boolean {
  const here = describeMachine();
  return here.cpu === cpu && here.cores === cores;
}
