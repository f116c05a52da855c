import { connect, constants } from 'node:http2';
import { expect, it } from 'vitest';
import type { BodySink } from '../src/index.js';
import { createHttpServer } from '../src/node.js';
import { Raw } from './fixtures/raw.js';
import { until } from './fixtures/until.js';

it('a stream whose connection breaks while it is full has no room again: its writer is told of the end and of nothing else', async () => {
  const told: string[] = [];
  let stream: BodySink | undefined;
  const server = await createHttpServer({
    handler: () => ({
      status: 200,
      body: (sink) => {
        stream = sink;
        sink.ondrain = () => told.push('drain');
        sink.onclose = (aborted) => told.push(`close ${aborted}`);
      },
    }),
  });
  try {
    const raw = await Raw.open(server.port);
    raw.socket.pause();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => stream !== undefined, 'the stream');
    const sink = stream as unknown as BodySink;
    // More than what any kernel buffers for a reader that does not read.
    for (let megabytes = 0; megabytes < 32; megabytes++) sink.write(new Uint8Array(1024 * 1024));
    await until(() => sink.queuedBytes < 32 * 1024 * 1024, 'the first bytes to leave');
    told.length = 0;
    raw.destroy();
    await until(() => told.length > 0, 'the end');
    expect(told).toEqual(['close true']);
  } finally {
    await server.close({ graceMs: 0 });
  }
});

it('a full stream over HTTP/2 ends when its client resets it, even without an error code', async () => {
  const told: unknown[] = [];
  const server = await createHttpServer({
    http2: true,
    handler: () => ({
      status: 200,
      body: (sink) => {
        sink.onclose = (aborted) => told.push(aborted);
        sink.write('x'.repeat(1024 * 1024));
      },
    }),
  });
  const session = connect(server.url);
  try {
    const request = session.request({ ':path': '/' });
    let received = false;
    request.on('data', () => {
      received = true;
      request.pause();
    });
    request.end();
    await until(() => received, 'the beginning of it');
    request.close(constants.NGHTTP2_NO_ERROR);
    await until(() => told.length > 0, 'the end');
    expect(told).toEqual([true]);
  } finally {
    session.destroy();
    await server.close({ graceMs: 0 });
  }
});
