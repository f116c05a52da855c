import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { type ContractCase, defineCase } from '../case.js';
import { assertSame, note, request, textOf } from '../messages.js';
import type { Scene } from '../scene.js';
import type { Side } from '../side.js';

const mebibyte = 1024 * 1024;
/** Around the sizes at which buffers, pipes and sockets tend to cut. */
const smallSizes = [0, 1, 2, 100, 1023, 1024, 4095, 4096, 4097, 8191, 8192, 16_384, 32_768, 65_535, 65_536, 65_537, 131_072];

const unicode = [
  'grüße, мир, שלום, नमस्ते, 你好, 日本語, 한국어',
  '😀 🏳️‍🌈 👩‍👩‍👧‍👦 𝒳 𠜎',
  'e\u0301 a\u0308\u0323 \u1112\u1161\u11ab',
  'line\u2028and\u2029paragraph\u0085separators',
  '\ufeff in front, and \ufeff inside; \ufffd \ufffe \uffff \u{10ffff} \u200b \u202e',
];

const escapes = [
  Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).join('|'),
  'line\nbreaks\r\nand\ttabs, \u007f \u0080 \u009f',
  'quotes " and \\ backslashes \\" \\n \\u0000 /',
  '{"jsonrpc":"2.0","method":"not a message"}\n{"jsonrpc":"2.0","method":"nor this"}',
  'data: not an event\n\nevent: end\n\n: comment',
  // JSON can say lone surrogates, as escapes, though UTF-8 cannot.
  '\ud800 \udc00 \udfff\ud800',
];

const ids = [
  0,
  1,
  -1,
  7,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  'a',
  '',
  '0',
  '1',
  'null',
  ' ',
  'ид-é-😀',
  '__proto__',
  'x'.repeat(1000),
];

/** What a message says arrives as it was said. */
export const content: readonly ContractCase[] = [
  defineCase({ id: 'content/small', title: 'messages of 0 bytes to 128 KiB of text arrive whole' }, async (scene) => {
    await travels(
      scene,
      smallSizes.map((size, n) => note(n, textOf(size))),
    );
  }),

  defineCase(
    { id: 'content/1-mib', title: 'messages of 1 MiB, of characters of one to four bytes, arrive whole', limitMs: 20_000 },
    async (scene) => {
      await travels(scene, [
        note(0, textOf(mebibyte)),
        note(1, `x${'é'.repeat(mebibyte / 2)}`),
        note(2, `x${'漢'.repeat(mebibyte / 3)}`),
        note(3, `x${'😀'.repeat(mebibyte / 4)}`),
      ]);
    },
  ),

  defineCase(
    { id: 'content/16-mib', title: 'a message of 16 MiB arrives whole, and the next one behind it', limitMs: 60_000 },
    async (scene) => {
      await travels(scene, [note(0, textOf(16 * mebibyte)), note(1, 'behind it')]);
    },
  ),

  defineCase({ id: 'content/unicode', title: 'astral, combining and invisible characters arrive as sent' }, async (scene) => {
    await travels(
      scene,
      unicode.map((text, n) => note(n, text)),
    );
  }),

  defineCase(
    { id: 'content/escapes', title: 'control characters, line breaks, quotes and lone surrogates arrive as sent' },
    async (scene) => {
      await travels(
        scene,
        escapes.map((text, n) => note(n, text)),
      );
    },
  ),

  defineCase({ id: 'content/values', title: 'numbers, nesting and any member name arrive as sent' }, async (scene) => {
    const params: Record<string, unknown> = {
      numbers: [0, 1.5, -1e-7, 1e308, 5e-324, Number.MAX_SAFE_INTEGER],
      empty: [{}, [], '', null, false],
      '': 'an empty name',
      0: 'a numeric name',
      'ключ 😀\n': 'any name',
      toJSON: 'a name with a meaning elsewhere',
    };
    // A literal `__proto__: …` would set the prototype instead.
    Object.defineProperty(params, '__proto__', { value: { polluted: true }, enumerable: true });
    let nested: unknown = 'deep';
    for (let depth = 0; depth < 200; depth++) nested = depth % 2 === 0 ? [nested] : { nested };
    params.nested = nested;
    await travels(scene, [{ jsonrpc: '2.0', method: 'contract/note', params }]);
  }),

  defineCase({ id: 'content/ids', title: 'ids keep their type and value, in requests and in answers' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      for (const [index, id] of ids.entries()) {
        const asked = request(id, { index });
        await scene.sends(from, asked);
        await scene.receives(to, index + 1);
        assertSame(to.messages[index], asked, `${to.name} received another request than ${from.name} sent`);
        const answer: JsonRpcMessage = { jsonrpc: '2.0', id, result: { index } };
        await scene.sends(to, answer);
        await scene.receives(from, index + 1);
        assertSame(from.messages[index], answer, `${from.name} received another answer than ${to.name} sent`);
      }
    });
  }),

  defineCase({ id: 'content/kinds', title: 'requests, notifications, results and errors all arrive as sent' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      const asked: JsonRpcMessage[] = [request('one'), request(2, {}), request('three', { some: ['thing'] })];
      const answers: JsonRpcMessage[] = [
        { jsonrpc: '2.0', id: 'one', result: {} },
        { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'Method not found' } },
        { jsonrpc: '2.0', id: 'three', error: { code: 1, message: '', data: { why: [null, 'because'] } } },
      ];
      const notes: JsonRpcMessage[] = [
        { jsonrpc: '2.0', method: 'contract/note' },
        { jsonrpc: '2.0', method: 'contract/note', params: {} },
      ];
      await exchange(scene, from, to, [...notes, ...asked]);
      await exchange(scene, to, from, answers);
    });
  }),

  defineCase({ id: 'content/captured', title: 'a message is sent as it was when send was called, and is not shared' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      const message = note(0, 'as it was');
      const params = message.params as Record<string, unknown>;
      const attempt = from.send(message);
      params.text = 'changed at once';
      await scene.succeeds(attempt, 'though nothing was wrong');
      params.text = 'changed later';
      await scene.receives(to, 1);
      assertSame(to.messages[0], note(0, 'as it was'), `${to.name} received changes that were made after ${from.name}.send() was called`);
    });
  }),
];

async function travels(scene: Scene, messages: readonly JsonRpcMessage[]): Promise<void> {
  await scene.eachDirection(async (from, to) => {
    await exchange(scene, from, to, messages);
  });
}

async function exchange(scene: Scene, from: Side, to: Side, messages: readonly JsonRpcMessage[]): Promise<void> {
  for (const message of messages) {
    const index = to.messages.length;
    await scene.sends(from, message);
    await scene.receives(to, index + 1);
    assertSame(to.messages[index], message, `${to.name} received another message than ${from.name} sent`);
  }
}
