#!/usr/bin/env node
import process from 'node:process';
import { DEFAULT_GRACE_MS, serve } from './serve.js';
import { transports } from './transports/index.js';

const args = process.argv.slice(2);
const [name = ''] = args;
const load = args.length === 1 && Object.hasOwn(transports, name) ? transports[name] : undefined;

// The parser of arguments takes longer to load than all the rest; a transport's bare name, which is how hosts start servers, does without.
const run = async (): Promise<number> => {
  if (!load) return (await import('./command-line.js')).runCommandLine(args);
  await serve(await load(), { server: {}, graceMs: DEFAULT_GRACE_MS, log: undefined });
  return 0;
};

run().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    // What the system says (EADDRINUSE, ENOENT) is the user's to mend; a stack would hide it.
    process.stderr.write(`mcpwire-reference-server: ${'code' in error ? error.message : error.stack}\n`);
    process.exitCode = 1;
  },
);
