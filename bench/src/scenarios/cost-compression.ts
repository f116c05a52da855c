import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { encodeEvent } from '@mcpwire/event-stream';
import { createText } from '../load/text.js';
import type { Cell, Scenario, Session } from './scenario.js';

type Coding = 'gzip' | 'brotli' | 'zstd';
type Flushing = Transform & { flush(callback: () => void): void };

/** Levels that servers use for what is made on the fly. Node has zstd from 22.15 on. */
const compressors: Readonly<Record<Coding, (() => Flushing) | undefined>> = {
  gzip: () => zlib.createGzip({ level: 6 }),
  brotli: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (zlib as unknown as { createZstdCompress?: () => Flushing }).createZstdCompress,
};

export const costCompression: Scenario = {
  name: 'cost/compression',
  title: 'Compressing events',
  about:
    'Events of one stream with different results of tools are compressed one after another and flushed at once, as each must leave when it is sent; the window of the stream stays, so that an event profits from those before. Quality: gzip 6, brotli 4, zstd as Node has it. The time is what each event waits for; the CPU time is of all threads. In one process, without a transport.',
  metrics: [
    { key: 'percentLeft', label: 'bytes left', unit: '%', better: 'lower', compare: true },
    { key: 'addedUs', label: 'added to each event', unit: 'µs', better: 'lower', compare: true },
    { key: 'cpuUsPerEvent', label: 'CPU per event', unit: 'µs', better: 'lower' },
  ],
  targets: ['mcpwire'],
  reference: 'mcpwire',
  pinned: true,
  compareBy: 'coding',
  cases: (profile) => {
    if (profile === 'quick') return [];
    const codings = (Object.keys(compressors) as Coding[]).filter((coding) => compressors[coding] !== undefined);
    const sizes = profile === 'smoke' ? [1024] : [100, 10_240, 1_048_576];
    return sizes.flatMap((bytes) => codings.map((coding) => ({ params: { coding, bytes }, rounds: 3 })));
  },
  open: openCompressing,
};

async function openCompressing({ params, timing }: Cell): Promise<Session> {
  const create = compressors[params.coding as Coding];
  if (create === undefined) throw new Error(`Node ${process.version} has no ${params.coding}`);
  const compressor = create();
  let left = 0;
  compressor.on('data', (chunk: Buffer) => {
    left += chunk.length;
  });
  const bytes = Number(params.bytes);
  let next = 0;
  const compressFor = async (durationMs: number): Promise<{ events: number; given: number; elapsedMs: number }> => {
    let events = 0;
    let given = 0;
    let elapsedMs = 0;
    for (const until = performance.now() + durationMs; events < 2 || performance.now() < until; events++) {
      const event = toEvent(next++, bytes);
      given += event.length;
      const startedAt = performance.now();
      compressor.write(event);
      await new Promise<void>((resolve) => compressor.flush(resolve));
      elapsedMs += performance.now() - startedAt;
    }
    return { events, given, elapsedMs };
  };
  return {
    warmUp: async () => void (await compressFor(timing.warmUpMs)),
    round: async () => {
      left = 0;
      const before = process.cpuUsage();
      const { events, given, elapsedMs } = await compressFor(timing.roundMs);
      const { user, system } = process.cpuUsage(before);
      return {
        metrics: { percentLeft: (left / given) * 100, addedUs: (elapsedMs * 1000) / events, cpuUsPerEvent: (user + system) / events },
      };
    },
    close: async () => void compressor.destroy(),
  };
}

/** An answer with records in it, no two alike: prose that repeats itself would flatter every coding. */
function toEvent(id: number, bytes: number): string {
  const name = createText(24);
  let text = '';
  for (let i = 0; text.length < bytes; i++) {
    const seed = Math.imul(id * 4099 + i + 1, 2_654_435_761) >>> 0;
    text += `{"id":${seed},"name":"${name.slice(seed % 12)}","score":${(seed % 9973) / 100},"tags":["t${seed % 17}","t${seed % 23}"]},`;
  }
  const result = { content: [{ type: 'text', text: text.slice(0, bytes) }] };
  return encodeEvent({ event: 'message', data: JSON.stringify({ jsonrpc: '2.0', id, result }) });
}
