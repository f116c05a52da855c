import type { Timing } from '../scenarios/scenario.js';

export type ProfileName = 'smoke' | 'quick' | 'standard' | 'full';

/** How much time a run spends. */
export interface Profile extends Timing {
  readonly name: ProfileName;
  readonly about: string;
  /** Rounds of each cell in one launch; the targets of a case take turns. */
  readonly rounds: number;
  /** How often each cell's processes are started anew, so that one process's luck with its JIT does not decide. */
  readonly launches: number;
  /** By when the last round is to end, milliseconds since the process started: on a machine that is too slow or too busy cases get fewer rounds. */
  readonly budgetMs?: number;
  /** When measuring ends in any case; what has had no round by then is left out. Writing the report comes after it. */
  readonly limitMs?: number;
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  smoke: {
    name: 'smoke',
    about: 'shows that everything runs; its figures mean nothing',
    warmUpMs: 20,
    roundMs: 30,
    rounds: 2,
    launches: 1,
  },
  quick: {
    name: 'quick',
    about: 'what decides between the transports, within 120 s on two cores',
    warmUpMs: 250,
    roundMs: 80,
    rounds: 9,
    launches: 1,
    budgetMs: 106_000,
    limitMs: 112_000,
  },
  standard: {
    name: 'standard',
    about: 'more sizes and windows, within 10 min',
    warmUpMs: 300,
    roundMs: 120,
    rounds: 6,
    launches: 1,
    budgetMs: 570_000,
    limitMs: 590_000,
  },
  full: {
    name: 'full',
    about: 'every size, and three launches of each process',
    warmUpMs: 1500,
    roundMs: 500,
    rounds: 11,
    launches: 3,
  },
};
