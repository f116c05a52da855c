import type { Check } from '../check.js';
import { ensure } from '../expect.js';
import { resultOf } from '../session.js';
import { EVERY_TRANSPORT, since } from './scope.js';

/** Two, three and four bytes, combining and right-to-left; what some take for the end of a line; and escapes. */
const TEXTS: readonly string[] = [
  'ä-ß-ключ-ελ',
  '漢字-ไทย-한국어',
  '🙂-👩‍👩‍👧‍👦-𝕏',
  'a\u2028b\u2029c\u0085d\u000be',
  '\u0000-\u001f-\ud83d\ude00-\ufeff-\uffff',
  'e\u0301-שלום-مرحبا',
];

export const utf8Checks: readonly Check[] = [
  {
    id: 'transports/utf-8',
    level: 'must',
    title: 'Text of any script goes in and comes out as it is, in UTF-8',
    spec: ['transports.utf-8'],
    transports: EVERY_TRANSPORT,
    revisions: since('2025-03-26'),
    uses: 'shared',
    remedy: 'Read and write UTF-8 whatever the locale, end lines at \\n alone, and let no encoding replace characters.',
    async run(context) {
      const session = await context.session();
      const method = session.livenessMethod;
      await context.control('a request with an ASCII id is answered', () => session.alive(undefined, { id: 'ascii' }));
      const faults = session.connection.inbox.faults.length;
      for (const id of TEXTS) resultOf(await session.request(method, undefined, { id }), method);
      const fault = session.connection.inbox.faults.slice(faults).find(({ kind }) => kind === 'not-utf8');
      ensure(fault === undefined, 'the server wrote something that is not UTF-8', { received: fault?.text });
      for (const connection of context.observed) {
        const other = connection.inbox.faults.find(({ kind }) => kind === 'not-utf8');
        ensure(other === undefined, 'the server wrote something that is not UTF-8', {
          received: other?.text,
          at: { transcript: connection.transcript, position: other?.position ?? 0 },
        });
      }
    },
  },
];
