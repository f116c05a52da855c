import type { FramingDecoder } from '../target.js';

/** The part of the SDK's ReadBuffer, the same in both majors, that its transports use. */
interface ReadBuffer {
  append(chunk: Buffer): void;
  readMessage(): object | null;
}

/** Drives the SDK's ReadBuffer as its own transports do. */
export function createReadBufferDecoder(buffer: ReadBuffer, onmessage: (message: unknown) => void): FramingDecoder {
  return {
    feed: (chunk) => {
      buffer.append(chunk);
      for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) onmessage(message);
    },
  };
}
