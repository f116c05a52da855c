/**
 * The program that measures one cell: one target in one case. The bench starts one of these for each cell, so that heaps and JIT
 * states of targets never mix, and tells it over IPC when to warm up and when to measure a round. It ends when the channel closes.
 */

import type { WorkerAnswer, WorkerCommand } from './run/worker-process.js';
import { loadScenario } from './scenarios/is-scenario.js';
import type { Session } from './scenarios/scenario.js';

let session: Session | undefined;
let fail: (error: unknown) => void = () => {};

const commands: { readonly [Name in WorkerCommand['name']]: (command: WorkerCommand & { name: Name }) => Promise<unknown> } = {
  open: async ({ module, cell }) => {
    session = await (await loadScenario(module, cell.scenario)).open(cell);
  },
  warmUp: async () => session?.warmUp(),
  round: async () => session?.round(),
};

// A rejected send surfaces here, as do errors in callbacks: the command that is running fails with it.
process.on('unhandledRejection', (error) => fail(error));
process.on('uncaughtException', (error) => fail(error));
// Ctrl-C reaches every process of the terminal; the bench decides what happens.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void leave());
process.on('disconnect', () => void leave());

process.on('message', async (command: WorkerCommand) => {
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  let answer: WorkerAnswer;
  try {
    answer = { ok: true, value: await Promise.race([run(command), failed]) };
  } catch (error) {
    answer = { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
  fail = () => {};
  if (process.connected) process.send?.(answer);
});

function run(command: WorkerCommand): Promise<unknown> {
  return command.name === 'open' ? commands.open(command) : commands[command.name](command as never);
}

/** Ends the servers, for as long as they take within reason; a server that stays meets the end of its input. */
async function leave(): Promise<void> {
  setTimeout(() => process.exit(1), 3000).unref();
  await session?.close().catch(() => {});
  process.exit(0);
}
