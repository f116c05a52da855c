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
  /** On a machine too slow or too busy for this, later cases get fewer rounds. No limit when absent. */
  readonly budgetMs?: number;
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
    about: 'the rows that the goals need, within 120 s on two cores',
    warmUpMs: 350,
    roundMs: 250,
    rounds: 5,
    launches: 1,
    budgetMs: 108_000,
  },
  standard: {
    name: 'standard',
    about: 'more sizes and windows, and two launches of each process',
    warmUpMs: 600,
    roundMs: 400,
    rounds: 5,
    launches: 2,
  },
  full: {
    name: 'full',
    about: 'every size, and three launches of each process',
    warmUpMs: 1500,
    roundMs: 1000,
    rounds: 7,
    launches: 3,
  },
};
