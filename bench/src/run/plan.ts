import type { Params, Scenario, Timing } from '../scenarios/scenario.js';
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
  /** What it is expected to take, for the time left. */
  readonly estimateMs: number;
}

const openMs = 700;

/** Lays out a run: which cells, in which order. `rounds` takes the place of the profile's and the cases' own. */
export function createPlan(
  scenarios: readonly Scenario[],
  targets: readonly Target[],
  profile: Profile,
  rounds?: number,
): readonly Group[] {
  return scenarios.flatMap((scenario) =>
    scenario.cases(profile.name).flatMap((one) => {
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
          estimateMs,
        },
      ];
    }),
  );
}
