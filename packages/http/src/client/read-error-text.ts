import type { HttpBody } from '../body.js';

/** An error's body that takes longer is not waited for. */
const TIMEOUT_MS = 5_000;

/**
 * What a server says in the body of an error, or the beginning of it: `maxBytes` at most, and what came until the body broke off or
 * dawdled. Never rejects.
 */
export function readErrorText(body: HttpBody, maxBytes: number): Promise<string> {
  return new Promise((resolve) => {
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(timer);
      resolve(text + decoder.decode());
    };
    const stop = (): void => {
      flow.cancel();
      finish();
    };
    const timer = setTimeout(stop, TIMEOUT_MS);
    const flow = body.read({
      onchunk(chunk) {
        if (bytes > maxBytes) return;
        const room = maxBytes - bytes;
        bytes += chunk.byteLength;
        text += decoder.decode(chunk.subarray(0, room), { stream: true });
        if (bytes > maxBytes) stop();
      },
      onend: finish,
      onerror: finish,
    });
  });
}
