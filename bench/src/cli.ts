#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addAdviseCommand } from './commands/advise.js';
import { addCompareCommand } from './commands/compare.js';
import { CommandError, type ExitCode, exitCodes } from './commands/exit-codes.js';
import { addRunCommand } from './commands/run.js';
import { SelectionError } from './select.js';

const finish = (exitCode: ExitCode): void => {
  process.exitCode = exitCode;
};
const program = new Command('bench')
  .description(
    'Measures MCP transports beside their floor and their peers, and writes the results as a table, JSON, CSV, Markdown and HTML.',
  )
  .enablePositionalOptions()
  .showHelpAfterError('bench --help shows what there is.')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'bench: ')) })
  .exitOverride();
addRunCommand(program, finish);
addCompareCommand(program, finish);
addAdviseCommand(program, finish);

// Who reads no further, as `| head` does, is done with us.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) finish(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
  else if (error instanceof SelectionError || error instanceof CommandError) {
    process.stderr.write(`bench: ${error.message}\n`);
    finish(error instanceof CommandError ? error.exitCode : exitCodes.usage);
  } else throw error;
}
