/**
 * `node matrices.js [--write]`: makes every table of checks and faults, one after the other, and prints them: servers over stdio and over the
 * HTTP transports, and clients. Exits with 1 if one of them does. Without `--write` the documents are compared, and not written.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suites } from './http-suites.js';

const programs = [['./matrix.js'], ...Object.keys(suites).map((name) => ['./matrix-http.js', name]), ['../client-mode/matrix.js']];

for (const [program, ...args] of programs) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const code = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...args, ...process.argv.slice(2)], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) process.exitCode = 1;
}
