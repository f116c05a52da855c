/**
 * `judge.js NAME [GLOB]`, started by `matrix.js`: judges one matrix in a process of its own, whose parent hears of the progress and, at
 * the end, of the problems.
 */
import process from 'node:process';
import picomatch from 'picomatch';
import { matrices } from './matrices.js';
import { runMatrix } from './run-matrix.js';

// What still runs is ended as the process exits.
for (const name of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(name, () => process.exit(1));

const [name, glob] = process.argv.slice(2);
const { problems } = await runMatrix(matrices[name], {
  ...(glob !== undefined && { only: picomatch(glob) }),
  onprogress: (progress) => process.send({ progress }),
});
process.removeAllListeners('disconnect');
process.send({ problems }, () => process.disconnect());
