// @ts-check
// Builds every package in the order of its arrows; what has not changed comes from turbo's local cache.
import { spawnSync } from 'node:child_process';

// Turbo takes this setting from the environment only.
process.env.TURBO_TELEMETRY_DISABLED = '1';
const { status } = spawnSync('turbo run build --output-logs=errors-only', { shell: true, stdio: 'inherit' });
process.exit(status ?? 1);
