import type { JsonRpcMessage, MessageContext, SendOptions } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

/** A transport that changes what it delivers. */
class Mangling extends Forwarding {
  readonly #mangle: (message: JsonRpcMessage) => JsonRpcMessage | undefined;
  constructor(inner: Forwarding['inner'], mangle: (message: JsonRpcMessage) => JsonRpcMessage | undefined) {
    super(inner);
    this.#mangle = mangle;
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    const mangled = this.#mangle(message);
    if (mangled) super.message(mangled, context);
  }
}

class EncodesLate extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    await Promise.resolve();
    await super.send(message, options);
  }
}

/** What a JSON reviver makes of every text in the message. */
function texts(change: (text: string) => string): (message: JsonRpcMessage) => JsonRpcMessage {
  return (message) =>
    JSON.parse(JSON.stringify(message), (_name, value: unknown) => (typeof value === 'string' ? change(value) : value)) as JsonRpcMessage;
}

function decodeInPieces(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let decoded = '';
  for (let start = 0; start < bytes.length; start += 65_536) decoded += new TextDecoder().decode(bytes.subarray(start, start + 65_536));
  return decoded;
}

/** Pairs of a fault and what finds it; each is a `Mangling` transport. */
const manglings: readonly [
  fault: string,
  mangle: (message: JsonRpcMessage) => JsonRpcMessage | undefined,
  caughtBy: Record<string, RegExp>,
][] = [
  [
    'truncates texts at 64 KiB',
    texts((text) => text.slice(0, 65_536)),
    { 'content/small': /received another message/, 'content/1-mib': /received another message/ },
  ],
  [
    'leaves out empty texts',
    (message) => JSON.parse(JSON.stringify(message), (_name, value: unknown) => (value === '' ? undefined : value)) as JsonRpcMessage,
    { 'content/small': /received another message/ },
  ],
  ['decodes chunks apart, cutting characters', texts(decodeInPieces), { 'content/1-mib': /received another message/ }],
  [
    'drops messages over 10 MiB',
    (message) => (JSON.stringify(message).length > 10 * 1024 * 1024 ? undefined : message),
    { 'content/16-mib': /in vain for b to receive 1 message;/ },
  ],
  [
    'knows only the basic multilingual plane',
    texts((text) => text.replaceAll(/[\ud800-\udbff][\udc00-\udfff]/g, '\ufffd')),
    { 'content/unicode': /received another message/ },
  ],
  ['normalises texts', texts((text) => text.normalize('NFC')), { 'content/unicode': /received another message/ }],
  ['removes byte order marks', texts((text) => text.replaceAll('\ufeff', '')), { 'content/unicode': /received another message/ }],
  ['loses control characters', texts((text) => text.replaceAll(/\p{Cc}/gu, '')), { 'content/escapes': /received another message/ }],
  [
    'makes texts well-formed',
    texts((text) => text.replaceAll(/\p{Surrogate}/gu, '\ufffd')),
    { 'content/escapes': /received another message/ },
  ],
  [
    'copies members by assignment',
    (message) => {
      if (!('method' in message) || !message.params) return message;
      const params: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(message.params)) params[name] = value;
      return { ...message, params };
    },
    { 'content/values': /received another message/ },
  ],
  [
    'reads numbers as single precision',
    (message) =>
      JSON.parse(JSON.stringify(message), (_name, value: unknown) =>
        typeof value === 'number' ? Math.fround(value) : value,
      ) as JsonRpcMessage,
    { 'content/values': /received another message/, 'content/ids': /received another request/ },
  ],
  [
    'makes numbers of ids that look like one',
    (message) =>
      'id' in message && typeof message.id === 'string' && /^\d+$/.test(message.id) ? { ...message, id: Number(message.id) } : message,
    { 'content/ids': /received another request/ },
  ],
  [
    'takes the id 0 for none',
    (message) => {
      if (!('id' in message) || message.id) return message;
      const { id: _, ...rest } = message;
      return rest as JsonRpcMessage;
    },
    { 'content/ids': /received another request/ },
  ],
  [
    'adds params where there are none',
    (message) => ('method' in message ? { params: {}, ...message } : message),
    { 'content/kinds': /received another message/ },
  ],
  [
    'drops error responses',
    (message) => ('error' in message ? undefined : message),
    { 'content/kinds': /in vain for a to receive 2 messages/ },
  ],
];

export const content: readonly BrokenTransport[] = [
  ...manglings.map(([fault, mangle, caughtBy]) => ({ fault, wrap: (inner: Forwarding['inner']) => new Mangling(inner, mangle), caughtBy })),
  {
    fault: 'encodes a message some time after send was called',
    wrap: (inner) => new EncodesLate(inner),
    caughtBy: { 'content/captured': /received changes that were made after a\.send\(\) was called/ },
  },
];
