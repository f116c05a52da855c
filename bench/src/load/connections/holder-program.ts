// Holds idle streams in a process of its own, as one process has too few descriptors for all of them. It is told over IPC what to do, and ends with that channel.
import type { HolderCommand, Tally } from './holder.js';
import { IdleStream, type StreamRequest } from './idle-stream.js';

const streams = new Set<IdleStream>();
const tally: { -readonly [Key in keyof Tally]: Tally[Key] } = {
  opened: 0,
  held: 0,
  dropped: 0,
  beats: 0,
  beatBytes: 0,
  retried: 0,
  reached: 0,
};

const mostAttempts = 3;

/** Opens a stream. Where nothing comes back, as on a machine that has too much to do, that is no refusal, and it is tried again. */
async function openAgain(request: StreamRequest): Promise<IdleStream> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await IdleStream.open(request);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ETIMEDOUT' || attempt === mostAttempts) throw error;
      tally.retried++;
    }
  }
}

/** Opens streams, `atOnce` at a time, until there are as many as asked for or one is refused. */
async function ramp({ kind, urls, sources, from, until, total, atOnce }: Extract<HolderCommand, { do: 'ramp' }>): Promise<void> {
  let next = from;
  const openInTurn = async (): Promise<void> => {
    while (next < until && tally.refusal === undefined) {
      const index = next++;
      try {
        const stream = await openAgain({
          kind,
          url: urls[index % urls.length] as string,
          // As many in a row from each address, so that none of them runs out of ports.
          localAddress: sources[Math.floor((index * sources.length) / total)],
          onbeat: (bytes) => {
            tally.beats++;
            tally.beatBytes += bytes;
          },
          ondrop: (dropped) => {
            streams.delete(dropped);
            tally.dropped++;
            tally.held--;
          },
        });
        streams.add(stream);
        tally.opened++;
        tally.held++;
      } catch (error) {
        tally.refusal ??= (error as Error).message;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, openInTurn));
}

function expect(marker: string): void {
  tally.reached = 0;
  for (const stream of streams) stream.expect(marker, () => tally.reached++);
}

function closeAll(): void {
  for (const stream of streams) stream.close();
  streams.clear();
  for (const key of ['opened', 'held', 'dropped', 'beats', 'beatBytes', 'retried', 'reached'] as const) tally[key] = 0;
  delete tally.refusal;
}

process.on('message', async (command: HolderCommand) => {
  if (command.do === 'ramp') await ramp(command);
  else if (command.do === 'expect') expect(command.marker);
  else if (command.do === 'close') closeAll();
  if (process.connected) process.send?.(tally);
});
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
