import type { Message, RAL } from 'vscode-jsonrpc';
import type { Target } from './target.js';

/** JSON-RPC as editors speak it: a Content-Length header before each message. Only its framing is measured. */
export const vscodeJsonrpc: Target = {
  name: 'vscode-jsonrpc',
  title: 'vscode-jsonrpc',
  role: 'peer',
  about: 'the reader and writer of vscode-jsonrpc, with its own framing: a Content-Length header before each message',
  packageName: 'vscode-jsonrpc',
  modules: { jsonrpc: { specifier: 'vscode-jsonrpc/node', packageName: 'vscode-jsonrpc' } },
  framing: async () => {
    const { ReadableStreamMessageReader, WriteableStreamMessageWriter } = await import('vscode-jsonrpc/node');
    const nothing = { dispose: () => {} };
    const written: Uint8Array[] = [];
    const writer = new WriteableStreamMessageWriter({
      onError: () => nothing,
      onClose: () => nothing,
      onEnd: () => nothing,
      end: () => {},
      write: async (data) => void written.push(typeof data === 'string' ? Buffer.from(data) : data),
    } satisfies RAL.WritableStream);
    return {
      createDecoder: (onmessage, onfault) => {
        let feed: (chunk: Uint8Array) => void = () => {};
        const reader = new ReadableStreamMessageReader({
          onData: (listener) => {
            feed = listener;
            return nothing;
          },
          onError: () => nothing,
          onClose: () => nothing,
          onEnd: () => nothing,
        } satisfies RAL.ReadableStream);
        reader.onError(onfault);
        reader.listen(onmessage);
        return { feed: (chunk) => feed(chunk) };
      },
      encode: async (message) => {
        await writer.write(message as Message);
        return Buffer.concat(written.splice(0));
      },
    };
  },
};
