import type { ClientCheck } from '../../src/index.js';
import type { ClientFault } from './faults.js';

export function renderClients(checks: readonly Pick<ClientCheck, 'id'>[], faults: Record<string, ClientFault>): string;
