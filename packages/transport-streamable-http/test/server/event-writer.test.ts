// The one writer of event streams: order, room, and every way in which a stream ends.

import { setImmediate as turn } from 'node:timers/promises';
import { type BodySink, type HttpHandler, KeepAlive } from '@mcpwire/http';
import { describe, expect, test } from 'vitest';
import { EventWriter, SENT } from '../../src/server/event-writer.js';
import { type StreamSettings, toStreamSettings } from '../../src/server/stream-settings.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { adapters, type Served } from '../support/modern.js';
import { until } from '../support/until.js';

expectNoLeftovers();

describe.each(adapters)('over $name', (adapter) => {
  /** A stream that is read only while `flow` lets it. */
  async function open(options: Partial<StreamSettings> = {}, before: (writer: EventWriter) => void = () => {}, highWaterMarkBytes = 1_024) {
    const settings = { ...toStreamSettings({ keepAliveMs: 0 }), ...options };
    const writer = new EventWriter(settings);
    const closings: boolean[] = [];
    writer.onclose = (aborted) => closings.push(aborted);
    before(writer);
    const handler: HttpHandler = () => writer.toResponse();
    const served: Served = await adapter.serve(handler, { highWaterMarkBytes });
    const controller = new AbortController();
    const { body } = await served.client.request({ url: served.url, signal: controller.signal });
    const read = { text: '', bytes: 0, ending: undefined as { error?: Error } | undefined };
    const flow = body.read({
      onchunk: (chunk) => {
        read.bytes += chunk.length;
        if (read.text.length < 1_000) read.text += new TextDecoder().decode(chunk);
      },
      onend: () => {
        read.ending = {};
      },
      onerror: (error) => {
        read.ending = { error };
      },
    });
    return { writer, read, flow, controller, closings, dispose: () => served.dispose() };
  }

  test('what was written before anybody read comes first, and nothing waits while there is room', async () => {
    const { writer, read, dispose } = await open({}, (early) => {
      expect(early.write('1')).toBe(SENT);
      expect(early.queuedBytes).toBe(1);
    });
    expect(writer.write('2')).toBe(SENT);
    await until(() => read.text === '12', 'both');
    writer.end();
    await until(() => read.ending !== undefined, 'the end');
    expect(read.ending).toEqual({});
    await dispose();
  });

  test('one that was ended before anybody read is whole', async () => {
    const { read, closings, dispose } = await open({}, (early) => {
      void early.write('all');
      early.end();
      expect(early.isOpen).toBe(false);
    });
    await until(() => read.ending !== undefined, 'the end');
    expect([read.text, read.ending]).toEqual(['all', {}]);
    await until(() => closings.length > 0, 'onclose');
    expect(closings).toEqual([false]);
    await dispose();
  });

  test.each([1, 10_000, 1_000_000])(
    'with room for %i bytes every write waits its turn, and all arrives in order',
    async (maxQueuedBytes) => {
      const { writer, read, flow, dispose } = await open({ maxQueuedBytes });
      flow.pause();
      const chunk = 'x'.repeat(20_000);
      let settled = 0;
      const count = 500;
      const writes = Array.from({ length: count }, () => writer.write(chunk).then(() => settled++));
      await turn();
      await turn();
      expect(settled).toBeLessThan(count);
      // The limit is kept to the byte, but for what the adapter takes before it is full.
      expect(writer.queuedBytes).toBeLessThanOrEqual(Math.max(maxQueuedBytes, 64 * 1024 + chunk.length));
      writer.end();
      await expect(writer.write('late')).rejects.toMatchObject({ code: 'peer-gone' });
      flow.resume();
      await Promise.all(writes);
      await until(() => read.ending !== undefined, 'the end');
      expect([read.bytes, read.ending]).toEqual([count * chunk.length, {}]);
      await dispose();
    },
  );

  test('whoever waits is told when the reader goes, when there are too many, and can give up', async () => {
    const { writer, flow, controller, closings, dispose } = await open({ maxQueuedBytes: 1_000, maxWaitingSends: 2 });
    flow.pause();
    const chunk = 'x'.repeat(4 * 1024 * 1024);
    let first = writer.write(chunk);
    while (first === SENT) {
      await turn();
      first = writer.write(chunk);
    }
    const giving = new AbortController();
    const abandoned = writer.write('given up', giving.signal);
    await expect(writer.write('one too many')).rejects.toMatchObject({ code: 'queue-overflow' });
    giving.abort();
    await expect(abandoned).rejects.toMatchObject({ code: 'aborted' });
    const waiting = writer.write('waits');
    controller.abort();
    expect((await Promise.allSettled([first, waiting])).map((settled) => (settled as PromiseRejectedResult).reason?.code)).toEqual([
      'peer-gone',
      'peer-gone',
    ]);
    expect(closings).toEqual([true]);
    await expect(writer.write('late')).rejects.toMatchObject({ code: 'peer-gone' });
    writer.end();
    writer.destroy();
    expect(closings).toEqual([true]);
    await dispose();
  }, 30_000);

  test('destroy shows the reader that it has not everything', async () => {
    const { writer, read, closings, dispose } = await open();
    await writer.write('half');
    await until(() => read.text === 'half', 'what was written');
    writer.destroy();
    expect(closings).toEqual([true]);
    await until(() => read.ending !== undefined, 'the end');
    expect(read.ending?.error).toBeInstanceOf(Error);
    await dispose();
  });

  test('a reader that takes nothing for stallTimeoutMs is cut off, and its senders are told', async () => {
    const stalled: BodySink[] = [];
    const keepAlive = new KeepAlive({ intervalMs: 20, stallTimeoutMs: 100, onstall: (sink) => stalled.push(sink) });
    const { writer, flow, closings, dispose } = await open({ maxQueuedBytes: 1_000, keepAlive });
    flow.pause();
    const chunk = 'x'.repeat(4 * 1024 * 1024);
    let waiting: Promise<void>;
    for (;;) {
      waiting = writer.write(chunk);
      if (waiting !== SENT) break;
      await turn();
    }
    await expect(waiting).rejects.toMatchObject({ code: 'peer-gone' });
    expect([stalled.length, closings, keepAlive.size]).toEqual([1, [true], 0]);
    await dispose();
  }, 30_000);
});
