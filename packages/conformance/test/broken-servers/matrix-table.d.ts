import type { Check } from '../../src/index.js';
import type { Fault } from './faults/index.js';

export function render(checks: readonly Pick<Check, 'id' | 'transports'>[], faults: Record<string, Fault>): string;
