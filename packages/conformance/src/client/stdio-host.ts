import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Inbox, type JsonValue } from '../inbox.js';
import { LineReader } from '../raw/line-reader.js';
import type { Channel } from './exchange.js';
import type { Host } from './host.js';
import { isObject, type Link } from './observation.js';
import type { RawServer } from './raw-server.js';

const PROGRAM = fileURLToPath(new URL('../../dist/client/raw-stdio-server.js', import.meta.url));

interface Event {
  readonly stdin?: string;
  readonly end?: true;
  readonly signal?: string;
  readonly bye?: number;
}

/** Listens for the raw stdio servers that a client starts, and is their mind. */
export async function createStdioHost(raw: RawServer): Promise<Host> {
  const folder = process.platform === 'win32' ? undefined : await mkdtemp(join(tmpdir(), 'mcp-conformance-'));
  const path = folder === undefined ? `\\\\.\\pipe\\mcp-conformance-${randomUUID()}` : join(folder, 'control');
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    attend(socket, raw);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    address: [process.execPath, PROGRAM, path],
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function attend(socket: Socket, raw: RawServer): void {
  const { observation, handlers } = raw;
  const { transcript } = observation;
  const number = observation.links.length;
  const link: Link = { startedAt: performance.now(), signals: [] };
  observation.links.push(link);
  observation.touch();
  const name = number === 0 ? 'the server' : `server ${number + 1}`;
  transcript.add('event', `the client started ${name}`);

  const order = (what: object): void => {
    if (socket.writable) socket.write(`${JSON.stringify(what)}\n`);
  };
  const stderr = (text: string): void => {
    transcript.add('event', `${name} wrote to stderr: ${text}`);
    order({ stderr: text });
  };
  const exit = (code: number): void => order({ exit: code });
  const write = (value: JsonValue): void => {
    const line = `${JSON.stringify(value)}\n`;
    transcript.add('sent', line);
    observation.tell(value);
    order({ write: Buffer.from(line).toString('base64') });
  };
  const channel: Channel = { http: undefined, stdio: { stderr, exit }, send: write, end: write };

  const inbox = new Inbox();
  const reader = new LineReader(inbox);
  let [messages, faults, batches] = [0, 0, 0];
  const feed = (chunk: Uint8Array): void => {
    transcript.add('received', chunk);
    inbox.position = transcript.length;
    reader.feed(chunk);
    collect();
  };
  const collect = (): void => {
    for (; faults < inbox.faults.length; faults++) observation.faults.push(...inbox.faults.slice(faults, faults + 1));
    for (; batches < inbox.batches.length; batches++) observation.batches.push(...inbox.batches.slice(batches, batches + 1));
    for (; messages < inbox.messages.length; messages++) {
      const received = inbox.messages[messages];
      if (!received) continue;
      const { message, position, inBatch } = received;
      observation.hear(message, { position, inBatch, link: number });
      raw.take(message, channel);
    }
  };

  const log = handlers.started?.();
  if (log) stderr(log);
  let saidBye = false;
  const lines = createInterface({ input: socket });
  // A server that was killed resets its connection; 'close' tells.
  lines.on('error', () => {});
  lines.on('line', (line) => {
    const event: unknown = JSON.parse(line);
    if (!isObject(event) || observation.isOver) return;
    const { stdin, end, signal, bye } = event as Event;
    observation.touch();
    if (stdin !== undefined) feed(Buffer.from(stdin, 'base64'));
    if (end && link.endedAt === undefined) {
      link.endedAt = performance.now();
      transcript.add('event', `the client closed the stdin of ${name}`);
      inbox.position = transcript.length;
      reader.end();
      collect();
      if (!handlers.stdinEnd?.()) exit(0);
    }
    if (signal !== undefined) {
      link.signals.push({ name: signal, at: performance.now() });
      transcript.add('event', `${name} got ${signal}`);
      if (!handlers.signal?.(signal)) exit(0);
    }
    if (bye !== undefined) saidBye = true;
  });
  socket.on('close', () => {
    if (observation.isOver) return;
    link.gone = { at: performance.now(), killed: !saidBye };
    transcript.add('event', saidBye ? `${name} exited` : `${name} was killed`);
    observation.touch();
  });
}
