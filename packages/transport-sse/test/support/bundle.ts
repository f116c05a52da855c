import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const esbuild = fileURLToPath(new URL('../../node_modules/.bin/esbuild', import.meta.url));

/** A module and all that it imports, as one for browsers. By the program, because esbuild's own API leaves a process running. */
export function bundleForBrowser(entry: string): string {
  return execFileSync(esbuild, [entry, '--bundle', '--platform=browser', '--format=esm', '--log-level=error'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}
