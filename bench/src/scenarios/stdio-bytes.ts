import { createText } from '../load/text.js';
import { findTarget } from '../targets/index.js';
import { programOf, toProgramPath, toServerCommand } from '../targets/server-command.js';
import { endServerProcess, type ServerProcess, startServerProcess } from '../targets/server-process.js';
import type { Cell, Scenario, Session } from './scenario.js';

export const stdioBytes: Scenario = {
  name: 'stdio/bytes',
  title: 'Bytes one way',
  about:
    'The server writes, the client reads, nothing goes back. Raw: bytes are counted. Framed: lines are cut out of them, and not looked at. Parsed: the server builds JSON messages and the client parses them.',
  metrics: [
    { key: 'gigabytesPerSecond', label: 'GB/s', unit: 'GB/s', better: 'higher', compare: true },
    { key: 'messagesPerSecond', label: 'messages/s', unit: '/s', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  compareBy: 'layer',
  pinned: true,
  cases: (profile) => {
    const sizes =
      profile === 'smoke' || profile === 'quick'
        ? [65_536]
        : profile === 'standard'
          ? [65_536, 1_048_576]
          : [65_536, 1_048_576, 16_777_216];
    return sizes.flatMap((bytes) => [
      { params: { layer: 'raw', bytes }, targets: ['floor'] },
      { params: { layer: 'framed', bytes }, targets: ['floor'] },
      {
        params: { layer: 'parsed', bytes },
        ...(profile === 'quick' && { targets: ['floor', 'mcpwire', 'sdk-v2'], rounds: 5 }),
        ...(profile === 'standard' && bytes > 65_536 && { targets: ['floor', 'mcpwire'] }),
      },
    ]);
  },
  open: async (cell) => {
    const bytes = Number(cell.params.bytes);
    return cell.params.layer === 'parsed' ? openParsed(cell, bytes) : openUnparsed(cell, bytes);
  },
};

/** A session around `burst`, which moves `count` messages of `bytes` bytes and resolves with the milliseconds it took. */
async function toSession(
  cell: Cell,
  bytes: number,
  burst: (count: number) => Promise<number>,
  close: () => Promise<void>,
): Promise<Session> {
  let count = 1;
  await burst(count);
  return {
    warmUp: async () => {
      for (let spentMs = 0; spentMs < cell.timing.warmUpMs; ) {
        const elapsedMs = await burst(count);
        spentMs += elapsedMs;
        count = Math.max(1, Math.min(Math.ceil((count * cell.timing.roundMs) / elapsedMs), count * 4));
      }
    },
    round: async () => {
      const perSecond = (count / (await burst(count))) * 1000;
      return { metrics: { gigabytesPerSecond: (perSecond * bytes) / 1e9, messagesPerSecond: perSecond } };
    },
    close,
  };
}

async function openUnparsed(cell: Cell, bytes: number): Promise<Session> {
  let onfault: (error: Error) => void = () => {};
  const child = await startServerProcess(toServerCommand(toProgramPath('stdio/byte-source.js'), [], cell.serverCore), (error) =>
    onfault(error),
  );
  const receive = cell.params.layer === 'raw' ? receiveRaw : receiveLines;
  const burst = (count: number): Promise<number> =>
    new Promise((resolve, reject) => {
      onfault = reject;
      const startedAt = performance.now();
      receive(child, count, bytes, (error) => (error === undefined ? resolve(performance.now() - startedAt) : reject(error)));
      child.stdin.write(`${JSON.stringify({ lineBytes: bytes, count })}\n`);
    });
  return toSession(cell, bytes, burst, () => {
    onfault = () => {};
    return endServerProcess(child);
  });
}

function receiveRaw(child: ServerProcess, count: number, bytes: number, ondone: (error?: Error) => void): void {
  let left = count * bytes;
  const ondata = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left > 0) return;
    child.stdout.off('data', ondata);
    ondone(left === 0 ? undefined : new Error(`${-left} bytes too many arrived`));
  };
  child.stdout.on('data', ondata);
}

/** Cuts every line out as one piece of memory, as a reader that goes on to parse it would. */
function receiveLines(child: ServerProcess, count: number, bytes: number, ondone: (error?: Error) => void): void {
  let parts: Buffer[] = [];
  let lines = 0;
  const ondata = (chunk: Buffer): void => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end);
      const line = parts.length === 0 ? piece : Buffer.concat([...parts, piece]);
      parts = [];
      from = end + 1;
      lines++;
      if (line.length !== bytes - 1) return finish(new Error(`a line of ${line.length} bytes arrived where ${bytes - 1} were sent`));
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    if (lines >= count) finish(lines === count ? undefined : new Error(`${lines} lines arrived where ${count} were asked for`));
  };
  const finish = (error?: Error): void => {
    child.stdout.off('data', ondata);
    ondone(error);
  };
  child.stdout.on('data', ondata);
}

async function openParsed(cell: Cell, bytes: number): Promise<Session> {
  const target = findTarget(cell.target);
  if (target.connect === undefined) throw new Error(`${target.name} has no client`);
  const client = await target.connect(toServerCommand(programOf(target), [], cell.serverCore));
  // The line, envelope and newline included, has `bytes` bytes.
  const text = createText(bytes - JSON.stringify({ jsonrpc: '2.0', method: 'chunk', params: { text: '' } }).length - 1);
  const burst = (count: number): Promise<number> =>
    new Promise((resolve, reject) => {
      let received = 0;
      const startedAt = performance.now();
      client.onfault = reject;
      client.onmessage = (message) => {
        if (message.method === 'chunk') {
          if (message.params?.text?.length !== text.length) reject(new Error('a message arrived with a text of another length'));
          received++;
        } else if (received === count) resolve(performance.now() - startedAt);
        else reject(new Error(`${received} messages arrived where ${count} were asked for`));
      };
      client.send({ jsonrpc: '2.0', id: 0, method: 'flood', params: { textBytes: text.length, count } });
    });
  return toSession(cell, bytes, burst, () => client.close());
}
