import { createText } from '../load/text.js';
import type { ProfileName } from '../run/profiles.js';
import type { Repeated } from './in-process.js';
import type { Metric, ScenarioCase } from './scenario.js';

/** What both framing scenarios measure. */
export const framingMetrics: readonly Metric[] = [
  { key: 'megabytesPerSecond', label: 'MB/s', unit: 'MB/s', better: 'higher', compare: true },
  { key: 'messagesPerSecond', label: 'messages/s', unit: '/s', better: 'higher' },
  { key: 'usPerMessage', label: 'time per message', unit: 'µs', better: 'lower' },
];

/** The sizes of text that are framed. No goal is about framing alone, so the quick profile has none of it. */
export function framingCases(profile: ProfileName): readonly ScenarioCase[] {
  const all = profile === 'standard' ? [100] : [100, 10_240, 1_048_576, 10_485_760];
  if (profile === 'quick') return [];
  const sizes = profile === 'smoke' ? [100] : all;
  // In one process nothing has to settle.
  const short = profile === 'standard' ? { timing: { warmUpMs: 200, roundMs: 120 } } : {};
  return sizes.map((bytes) => ({ params: { bytes }, ...short }));
}

/** An answer of an echo tool with a text of `bytes` bytes. */
export function createAnswer(id: number, bytes: number): { jsonrpc: '2.0'; id: number; result: { text: string } } {
  return { jsonrpc: '2.0', id, result: { text: createText(bytes) } };
}

/** How many messages of this size make a pass of some 4 MB, at least two and at most 4000. */
export function passCount(bytes: number): number {
  return Math.max(2, Math.min(4000, Math.floor(4e6 / bytes)));
}

/** The figures of passes of `count` messages, `wireBytes` in each. */
export function toFramingMetrics({ passes, elapsedMs }: Repeated, count: number, wireBytes: number): Record<string, number> {
  const messages = passes * count;
  return {
    megabytesPerSecond: (passes * wireBytes) / 1e6 / (elapsedMs / 1000),
    messagesPerSecond: (messages / elapsedMs) * 1000,
    usPerMessage: (elapsedMs * 1000) / messages,
  };
}
