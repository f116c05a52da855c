import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { openRelay } from '../load/relay/relay-process.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import type { Cell, Scenario, Session } from './scenario.js';

export const relayAccuracy: Scenario = {
  name: 'relay/accuracy',
  title: 'How exact the emulated network is',
  about:
    'One byte goes through the relay to a bare echo and back, on a connection that is open: what this takes beyond the round trip that was asked for. Each direction is delayed by half, in order; nothing is lost, bandwidth has no limit, and there is no slow start. All figures with an emulated round trip carry this error.',
  metrics: [
    { key: 'addedUs', label: 'beyond what was asked, p50', unit: 'µs', better: 'lower' },
    { key: 'addedP99Us', label: 'p99', unit: 'µs', better: 'lower' },
    { key: 'roundTripP50Ms', label: 'round trip, p50', unit: 'ms', better: 'lower' },
  ],
  targets: ['floor'],
  reference: 'floor',
  pinned: false,
  cases: (profile) => {
    const all = [4, 5, 50, 100];
    const chosen = profile === 'smoke' ? [5] : profile === 'quick' ? [50] : all;
    return chosen.map((roundTripMs) => ({
      params: { roundTripMs },
      rounds: 2,
      timing: { warmUpMs: 100, roundMs: profile === 'quick' ? 200 : 600 },
    }));
  },
  open: openAccuracy,
};

async function openAccuracy({ params, timing }: Cell): Promise<Session> {
  const roundTripMs = Number(params.roundTripMs);
  const server = createServer({ noDelay: true }, (socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay = await openRelay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, roundTripMs);
  const socket = connect({ port: Number(new URL(relay.url).port), host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const latencies = await createLatencies();
  const bounce = async (): Promise<void> => {
    const startedAt = performance.now();
    socket.write('x');
    await once(socket, 'data');
    latencies.recordValue(Math.round((performance.now() - startedAt) * 1e6));
  };
  const bounceFor = async (durationMs: number): Promise<void> => {
    for (const until = performance.now() + durationMs; performance.now() < until; ) await bounce();
  };
  return {
    warmUp: () => bounceFor(timing.warmUpMs),
    round: async () => {
      latencies.reset();
      await bounceFor(timing.roundMs);
      const p50Us = percentileUs(latencies, 50);
      const askedUs = roundTripMs * 1000;
      return { metrics: { addedUs: p50Us - askedUs, addedP99Us: percentileUs(latencies, 99) - askedUs, roundTripP50Ms: p50Us / 1000 } };
    },
    close: async () => {
      socket.destroy();
      await relay.close();
      server.close();
    },
  };
}
