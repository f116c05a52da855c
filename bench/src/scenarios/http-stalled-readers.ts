import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectPostClient, type PostClient } from '../load/http/post-client.js';
import { toPostHeaders } from '../load/http/protocol.js';
import { openMany, openRaw, type RawConnection } from '../load/http/raw-connection.js';
import { openUsageProbe, type UsageProbe } from '../measure/usage-probe.js';
import { connectToTarget } from '../targets/http/connect-to-target.js';
import { maxQueuedBytes } from '../targets/limits.js';
import type { Cell, Params, RoundResult, Scenario, Session } from './scenario.js';

const tenMiB = 10 * 1024 * 1024;
const pieceBytes = 65_536;

export const httpStalledReaders: Scenario = {
  name: 'http/stalled-readers',
  title: 'Readers that stop reading',
  about: `Clients open a session and a stream, and read nothing of it. The server sends to each of them in pieces of ${pieceBytes / 1024} KiB, the next one when the send before has settled, until no more is taken. What its memory has grown by then, garbage collected; the bound is what a target was told to queue at most for a reader, ${maxQueuedBytes / 1024} KiB, and the one piece whose send waits, times the readers. They come over Unix sockets, whose own buffers are small; those of TCP would take two megabytes each out of sight. At the end one reader reads on, and must get everything. A transport that lets every send settle at once has all of it in memory; such are measured with fewer readers.`,
  metrics: [
    { key: 'rssGrowthMiB', label: 'RSS grew by', unit: 'MiB', better: 'lower', compare: true },
    { key: 'partOfBound', label: 'of the bound', unit: '×', better: 'lower' },
    { key: 'heldMiB', label: 'heap and buffers', unit: 'MiB', better: 'lower' },
    { key: 'settledMiB', label: 'sends settled', unit: 'MiB', better: 'lower' },
    { key: 'offeredMiB', label: 'of', unit: 'MiB', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    if (profile === 'smoke') return [{ params: { readers: 4, bytesEach: tenMiB } }];
    const once = { rounds: 1, estimatedWarmUpMs: 0 };
    const many = { ...once, params: { readers: 1000, bytesEach: tenMiB }, targets: ['floor', 'mcpwire'], estimatedRoundMs: 5500 };
    if (profile === 'quick') return [];
    const few = { ...once, params: { readers: 100, bytesEach: tenMiB }, estimatedRoundMs: 3000 };
    return [many, profile === 'standard' ? { ...few, targets: ['sdk-v2', 'sdk-v1'] } : few];
  },
  open: openStalling,
};

async function openStalling({ target, params, serverCore }: Cell): Promise<Session> {
  const probe = await openUsageProbe();
  const socketPath = toSocketPath();
  let url = '';
  let client: PostClient;
  try {
    const nodeFlags = [...probe.nodeFlags, '--expose-gc'];
    client = await connectToTarget(target, { args: ['json', socketPath], nodeFlags, core: serverCore }, (at) => {
      url = at;
      return connectPostClient(at, { connections: 16, socketPath });
    });
  } catch (error) {
    probe.close();
    throw error;
  }
  return {
    warmUp: async () => {},
    round: () => stall(client, (sessionId) => openStalled(url, sessionId, socketPath), probe, params),
    close: async () => {
      await client.close();
      probe.close();
      await rm(socketPath, { force: true });
    },
  };
}

function toSocketPath(): string {
  const name = `mcpwire-bench-${process.pid}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

async function stall(client: PostClient, open: OpenStalled, probe: UsageProbe, params: Params): Promise<RoundResult> {
  const readers = Number(params.readers);
  const bytesEach = Number(params.bytesEach);
  // What a round before has left to send goes no further here.
  const settledBefore = await untilStill(client);
  const before = await probe.read({ collect: true });
  const streams = await openMany(readers, async () => open(await client.openSession()));
  try {
    for (const { sessionId } of streams) await client.call('push', { bytes: bytesEach, pieceBytes }, sessionId);
    const settledBytes = (await untilStill(client)) - settledBefore;
    const held = await probe.read({ collect: true });
    await readOn(streams[0]?.connection as RawConnection, bytesEach);
    const rssGrowth = held.rssBytes - before.rssBytes;
    return {
      metrics: {
        rssGrowthMiB: toMiB(rssGrowth),
        partOfBound: rssGrowth / (readers * (maxQueuedBytes + pieceBytes)),
        heldMiB: toMiB(held.heapUsedBytes + held.externalBytes - before.heapUsedBytes - before.externalBytes),
        settledMiB: toMiB(settledBytes),
        offeredMiB: toMiB(readers * bytesEach),
      },
    };
  } finally {
    for (const { connection } of streams) connection.close();
  }
}

interface Stalled {
  readonly sessionId: string;
  readonly connection: RawConnection;
}

type OpenStalled = (sessionId: string | undefined) => Promise<Stalled>;

/** Opens a session's stream, and stops reading once the server has answered. */
async function openStalled(url: string, sessionId: string | undefined, socketPath: string): Promise<Stalled> {
  if (sessionId === undefined) throw new Error('the server keeps no sessions, so it has nobody to send to');
  const connection = await openRaw(url, { method: 'GET', headers: toPostHeaders('text/event-stream', sessionId), socketPath });
  await connection.receive('HTTP/1.1 200');
  connection.stall();
  return { sessionId, connection };
}

const stillMs = 300;

/** Waits until the server's sends have stopped settling, and says how many bytes have until then. */
async function untilStill(client: PostClient): Promise<number> {
  for (let last = -1; ; ) {
    const settled = Number(await client.call('pushed'));
    if (settled === last) return settled;
    last = settled;
    await delay(stillMs);
  }
}

const readOnTimeoutMs = 20_000;

/** @throws Error when a reader that goes on does not get all that was sent to it. */
async function readOn(connection: RawConnection, bytes: number): Promise<void> {
  connection.goOn();
  const ended = connection.receive('"pushed all"');
  const late = delay(readOnTimeoutMs, 'late', { ref: false });
  if ((await Promise.race([ended, late])) === 'late' || connection.receivedBytes < bytes) {
    throw new Error(`a reader that read on got ${connection.receivedBytes} bytes where ${bytes} and more were sent`);
  }
}

function toMiB(bytes: number): number {
  return bytes / 1_048_576;
}
