import type { Params, Scenario, ScenarioCase, Timing } from '../scenarios/scenario.js';
import type { Target } from '../targets/target.js';
import type { Profile } from './profiles.js';

/** One case of a scenario with the targets that take turns in it. */
export interface Group {
  readonly scenario: Scenario;
  readonly params: Params;
  readonly targets: readonly Target[];
  readonly rounds: number;
  readonly launches: number;
  readonly timing: Timing;
  /** What a round may take at the most, where that is not the usual. */
  readonly timeoutMs?: number | undefined;
  /** What it is expected to take, for the time left. */
  readonly estimateMs: number;
}

const openMs = 700;

/**
 * Lays out a run: which cells, in which order. `rounds` takes the place of the profile's and the cases' own, `streams` that of what the scenarios that hold
 * idle streams would hold.
 */
export function createPlan(
  scenarios: readonly Scenario[],
  targets: readonly Target[],
  profile: Profile,
  rounds?: number,
  streams?: number,
): readonly Group[] {
  return scenarios.flatMap((scenario) =>
    casesOf(scenario, profile, streams).flatMap((one) => {
      const names = one.targets ?? scenario.targets;
      const chosen = names.flatMap((name) => targets.filter((target) => target.name === name));
      if (chosen.length === 0) return [];
      const count = rounds ?? (profile.name === 'smoke' ? profile.rounds : (one.rounds ?? profile.rounds));
      const timing = profile.name === 'smoke' ? profile : (one.timing ?? profile);
      const warmUpMs = one.estimatedRoundMs ?? timing.warmUpMs;
      const roundMs = one.estimatedRoundMs ?? timing.roundMs;
      const estimateMs = profile.launches * (openMs + chosen.length * (warmUpMs + count * roundMs * 1.1));
      return [
        {
          scenario,
          params: one.params,
          targets: chosen,
          rounds: count,
          launches: profile.launches,
          timing: {
            warmUpMs: timing.warmUpMs,
            roundMs: timing.roundMs,
            ...(profile.name !== 'smoke' && { warmUpCount: one.warmUpCount }),
          },
          timeoutMs: one.timeoutMs,
          estimateMs,
        },
      ];
    }),
  );
}

function casesOf(scenario: Scenario, profile: Profile, streams: number | undefined): readonly ScenarioCase[] {
  return streams === undefined || scenario.casesFor === undefined ? scenario.cases(profile.name) : scenario.casesFor(streams);
}
