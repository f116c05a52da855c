import { describe, expect, it, vi } from 'vitest';
import { describeStatus, quote, readErrorText } from '../src/client-transport-parts.js';
import type { BodyConsumer, HttpBody } from '../src/index.js';
import { WebBody } from '../src/web/web-body.js';

const bodyOf = (...chunks: (string | Uint8Array)[]): HttpBody =>
  new WebBody(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
        controller.close();
      },
    }),
    undefined,
    (cause) => cause as Error,
  );

describe('what a server says in an error', () => {
  it('is read whole where it is short, in whatever pieces it comes', async () => {
    expect(await readErrorText(bodyOf('a', new Uint8Array([0xc3]), new Uint8Array([0xa4])), 100)).toBe('aä');
  });

  it('is read no further than the limit', async () => {
    let cancelled = false;
    const endless = new WebBody(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(0x78)),
        cancel: () => {
          cancelled = true;
        },
      }),
      undefined,
      (cause) => cause as Error,
    );
    expect(await readErrorText(endless, 2500)).toBe('x'.repeat(2500));
    expect(cancelled).toBe(true);
  });

  it('is what came until it broke off', async () => {
    let pulls = 0;
    const broken = new WebBody(
      new ReadableStream({
        pull(controller) {
          if (pulls++ === 0) controller.enqueue(new TextEncoder().encode('half'));
          else controller.error(new Error('cut'));
        },
      }),
      undefined,
      (cause) => cause as Error,
    );
    expect(await readErrorText(broken, 100)).toBe('half');
  });

  it('is not waited for longer than five seconds', async () => {
    vi.useFakeTimers();
    try {
      let consumer: BodyConsumer | undefined;
      const flow = { pause: () => {}, resume: () => {}, cancel: vi.fn() };
      const dawdling: HttpBody = {
        lengthBytes: undefined,
        cancel: () => {},
        read(given) {
          consumer = given;
          return flow;
        },
      };
      const reading = readErrorText(dawdling, 100);
      consumer?.onchunk(new TextEncoder().encode('so far'));
      vi.advanceTimersByTime(5_000);
      expect([await reading, flow.cancel.mock.calls.length]).toEqual(['so far', 1]);
    } finally {
      vi.useRealTimers();
    }
  });
});

it('text from the wire is cut, quoted and safe to print', () => {
  expect(quote('a "b"\n\u001b[2J\u202e')).toBe('"a \\"b\\"  [2J "');
  expect(quote('x'.repeat(1000))).toBe(`"${'x'.repeat(200)}…"`);
  expect([describeStatus('POST', 503, ''), describeStatus('POST', 503, 'later')]).toEqual([
    'POST was answered with HTTP 503',
    'POST was answered with HTTP 503: "later"',
  ]);
});
