import type { Scenario } from '../scenarios/scenario.js';
import { latency, openLoop, throughput } from './calls.js';
import { concurrency } from './concurrency.js';
import { setUp } from './set-up.js';

/** What is measured of the reader's own server, in the order of the report. */
export const ownScenarios: readonly Scenario[] = [setUp, latency, openLoop, throughput, concurrency];
