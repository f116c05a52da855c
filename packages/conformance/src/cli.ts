#!/usr/bin/env node
import process from 'node:process';
import { CommanderError } from 'commander';
import { BaselineError } from './baseline.js';
import { runCli, UsageError } from './cli-run.js';
import { createProgram } from './command-line.js';
import { Unreachable } from './driver.js';
import { ExitCode } from './report.js';
import { RunError } from './run-error.js';

/** 128 and the signal's number, as shells have it. */
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

// Whoever reads the report may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const controller = new AbortController();
let interrupted: number | undefined;
for (const [name, code] of Object.entries(SIGNALS)) {
  process.on(name, () => {
    // The first ends everything in good order; the second does not wait for that. What still runs then is ended as the process exits.
    if (interrupted !== undefined) process.exit(code);
    interrupted = code;
    controller.abort(new Error(name));
  });
}

let exitCode: number = ExitCode.Conformant;
const program = createProgram(async (mode, words, options) => {
  exitCode = await runCli(mode, words, options, controller.signal);
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  exitCode = ExitCode.Unusable;
  if (interrupted !== undefined) exitCode = interrupted;
  else if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? ExitCode.Conformant : ExitCode.Unusable;
  else if (error instanceof UsageError || error instanceof BaselineError || error instanceof RunError || error instanceof Unreachable) {
    process.stderr.write(`mcp-conformance: ${error.message}\n`);
  } else process.stderr.write(`mcp-conformance: ${(error as Error).stack}\n`);
}
process.exitCode = exitCode;
