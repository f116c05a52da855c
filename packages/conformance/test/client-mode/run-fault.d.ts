import type { ClientTarget, Report, RunClientOptions } from '../../src/index.js';
import type { ClientFault } from './faults/index.js';

export function clientWith(transport: ClientTarget['transport'], name?: string): ClientTarget;
export function runClientFault(name: string, fault: ClientFault, options?: Partial<RunClientOptions>): Promise<Report>;
