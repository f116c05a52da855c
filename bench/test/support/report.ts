import { type Report, schemaVersion } from '../../src/report/report.js';

/** A report as a run makes it, of a quiet machine. */
export function createReport(parts: Partial<Report>): Report {
  return {
    schemaVersion,
    startedAt: '2030-01-02T03:04:05.678Z',
    durationSeconds: 61.5,
    command: 'bench',
    profile: 'quick',
    interrupted: false,
    machine: { cpu: 'a CPU', cores: 2, loadAverage: 0.1, memoryGiB: 8, os: 'Linux', node: 'v20.19.0', v8: '11' },
    pinning: { clientCore: 0, serverCore: 1 },
    targets: [
      { name: 'floor', title: 'floor', role: 'floor', about: 'the least' },
      { name: 'mcpwire', title: 'mcpwire', role: 'own', about: 'ours', version: '0.1.0' },
      { name: 'sdk-v2', title: 'SDK v2', role: 'peer', about: 'theirs', version: '2.4.0' },
    ],
    rows: [],
    gaps: [],
    goals: [],
    claims: [],
    ...parts,
  };
}
