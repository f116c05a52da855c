import { formatParams } from './format.js';
import type { Gap } from './report.js';

/** What was not measured for one reason. */
export interface GapGroup {
  readonly kind: Gap['kind'];
  readonly reason: string;
  readonly scenarios: readonly GapScenario[];
}

/** One scenario's part of it. */
export interface GapScenario {
  readonly scenario: string;
  readonly targets: readonly string[];
  readonly cases: readonly string[];
}

const order: readonly Gap['kind'][] = ['failed', 'unavailable', 'skipped'];

/** The gaps of a run, each reason once: what failed first, what there was no time for last. */
export function groupGaps(gaps: readonly Gap[]): readonly GapGroup[] {
  const groups: { kind: Gap['kind']; reason: string; scenarios: { scenario: string; targets: string[]; cases: string[] }[] }[] = [];
  for (const { kind, reason, scenario, target, params } of [...gaps].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    let group = groups.find((one) => one.kind === kind && one.reason === reason);
    if (group === undefined) {
      group = { kind, reason, scenarios: [] };
      groups.push(group);
    }
    let place = group.scenarios.find((one) => one.scenario === scenario);
    if (place === undefined) {
      place = { scenario, targets: [], cases: [] };
      group.scenarios.push(place);
    }
    if (!place.targets.includes(target)) place.targets.push(target);
    const words = formatParams(params);
    if (words !== '' && !place.cases.includes(words)) place.cases.push(words);
  }
  return groups;
}

/** `floor, mcpwire in http/post-json (10 KiB, 16 in flight)`; several cases are counted. */
export function describeGapScenario({ scenario, targets, cases }: GapScenario): string {
  const where = cases.length === 0 ? '' : cases.length === 1 ? ` (${cases[0]})` : ` (${cases.length} cases)`;
  return `${targets.join(', ')} in ${scenario}${where}`;
}
