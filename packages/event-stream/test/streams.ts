import fc from 'fast-check';
import { createEventStreamDecoder, type DecodedEvent, type EventStreamDecoderOptions, type EventStreamErrorCode } from '../src/index.js';

/** Decodes chunks and writes down all that the decoder says. */
export function decode(chunks: Iterable<Uint8Array>, options: Partial<EventStreamDecoderOptions> = {}) {
  const events: Array<DecodedEvent & { lastEventId: string }> = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const errors: Array<{ code: EventStreamErrorCode; message: string }> = [];
  const decoder = createEventStreamDecoder({
    onevent: (event) => events.push({ ...event, lastEventId: decoder.lastEventId }),
    oncomment: (comment) => comments.push(comment),
    onretry: (retryMs) => retries.push(retryMs),
    onerror: ({ code, message }) => errors.push({ code, message }),
    ...options,
  });
  for (const chunk of chunks) decoder.feed(chunk);
  decoder.end();
  return { events, comments, retries, errors, lastEventId: decoder.lastEventId, retryMs: decoder.retryMs };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Cuts `stream` after each of `sizes` bytes in turn, going round, into copies that are overwritten once they have been used. */
export function* cut(stream: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let start = 0;
  for (let turn = 0; start < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? stream.length;
    const chunk = stream.slice(start, start + size);
    start += size;
    yield chunk;
    chunk.fill(0x21);
  }
}

/** Chunk sizes: now and then an empty chunk, never only those. */
export const anySizes: fc.Arbitrary<number[]> = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 60 })), { maxLength: 12 })
  .map((sizes) => [...sizes, 1 + (sizes[0] ?? 1000)]);

const pieces: readonly string[] = [
  ...['data', 'data:', 'data: ', 'event', 'event:', 'event: ', 'id', 'id:', 'id: ', 'retry', 'retry:', 'retry: ', 'foo: ', 'Data:'],
  ...[':', ': ', ' ', '\t', '\0', '0', '15', '７', 'x', 'message', '{"a":1}', 'é', '世界', '😀', '\uFEFF', '\uFFFD', 'ï»¿', '\v', '\u2028'],
];
const lineEnds: readonly string[] = ['\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r', '\r\n\n', '\n\r\n'];
const notUtf8: readonly number[][] = [
  [0xff],
  [0xc3],
  [0xe4, 0xb8],
  [0xf0, 0x9f],
  [0x80],
  [0xef],
  [0xef, 0xbb],
  [0xed, 0xa0, 0x80],
  [0xc0, 0x8a],
];

/** Streams made of what matters to the rules: fields, line ends, comments and, unless `valid`, bytes that are not UTF-8. */
export function anyStream({ valid = false }: { valid?: boolean } = {}): fc.Arbitrary<Uint8Array> {
  const text = (from: readonly string[]) => fc.constantFrom(...from).map((piece) => [...bytes(piece)]);
  const piece = fc.oneof(
    { weight: 5, arbitrary: text(pieces) },
    { weight: 4, arbitrary: text(lineEnds) },
    ...(valid ? [] : [{ weight: 1, arbitrary: fc.constantFrom(...notUtf8) }]),
  );
  const event = fc
    .constantFrom('data: 1\n\n', 'id: 7\n\n', 'id: 8\ndata\n\n', 'retry: 99\r\n\r\n', ':\r\n', 'event: e\rdata: 2\r\r')
    .map((some) => [...bytes(some)]);
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: piece }, { weight: 1, arbitrary: event }), { maxLength: 40 })
    .map((parts) => Uint8Array.from(parts.flat()));
}
