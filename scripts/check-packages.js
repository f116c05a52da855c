// @ts-check
// Packs every publishable package and lets publint and attw ("are the types wrong?") judge the tarball.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from './pack.js';

const folder = mkdtempSync(join(tmpdir(), 'mcpwire-pack-'));
try {
  for (const [name, { tarball }] of packAll(folder)) {
    for (const command of [`publint "${tarball}" --strict`, `attw "${tarball}" --profile esm-only`]) {
      const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' });
      if (status === 0) continue;
      console.error(`${name}: ${command}\n${stdout}${stderr}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
