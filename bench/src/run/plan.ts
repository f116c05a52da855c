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

/** To start the processes of one target, and the case around them. */
const startMs = 300;
const aroundMs = 400;
/** Reading what both processes have used, for each round. */
const betweenMs = 8;

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
      const chosen = [
        ...names.flatMap((name) => targets.filter((target) => target.name === name)),
        ...targets.filter(({ name, joins }) => joins?.includes(scenario.name) && !names.includes(name)),
      ];
      if (chosen.length === 0) return [];
      const count = rounds ?? (profile.name === 'smoke' ? profile.rounds : (one.rounds ?? profile.rounds));
      const launches = profile.name === 'smoke' ? profile.launches : (one.launches ?? profile.launches);
      const timing = profile.name === 'smoke' ? profile : (one.timing ?? profile);
      const warmUpMs = one.estimatedWarmUpMs ?? one.estimatedRoundMs ?? timing.warmUpMs;
      const roundMs = one.estimatedRoundMs ?? timing.roundMs;
      const estimateMs = launches * (aroundMs + chosen.length * (startMs + warmUpMs + count * (roundMs * 1.1 + betweenMs)));
      return [
        {
          scenario,
          params: one.params,
          targets: chosen,
          rounds: count,
          launches,
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
