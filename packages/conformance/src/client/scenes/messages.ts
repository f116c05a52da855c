import { eraOf } from '@mcpwire/protocol';
import type { JsonObject } from '../../inbox.js';
import { answerRightly, resultFor } from '../answers.js';
import type { Exchange } from '../exchange.js';
import { isObject } from '../observation.js';
import { BOTH, EVERY, LEGACY, MODERN } from '../revisions.js';
import type { Scene } from '../scene.js';
import { anyway, CALL_ECHO, LIST_TOOLS } from '../step.js';

/** How long a client may take to answer what it is asked. */
const ANSWER_MS = 400;
const CANCEL_MS = 300;
/** When a call is answered that nobody gives up. */
const LATE_MS = 1_500;
/** Whoever makes the next call has given the one before up: that is answered so long after. */
const CROSS_MS = 100;
/** How long a client that dies of it has for that, before its next answer comes. */
const DIE_MS = 400;

/** Ids of what the server asks: of either type, and one that a client may well use itself. */
export const PING_IDS = ['suite-ping', 1] as const;
export const UNKNOWN_ID = 'suite-unknown';

function request(id: string | number, method: string): JsonObject {
  return { jsonrpc: '2.0', id, method };
}

function notification(method: string, params: JsonObject = {}): JsonObject {
  return { jsonrpc: '2.0', method, params };
}

const UNKNOWN_NOTIFICATION = notification('notifications/conformance/unknown', { any: 'thing' });

export const messageScenes: readonly Scene[] = [
  {
    name: 'chatter',
    what: 'while a call runs the server pings, asks for what does not exist, and says what means nothing',
    transports: BOTH,
    revisions: EVERY,
    steps: [LIST_TOOLS, CALL_ECHO, LIST_TOOLS],
    create: () => ({
      request(exchange) {
        const { method, revision } = exchange;
        if (method === 'initialize' && eraOf(revision) === 'legacy') {
          const serverInfo = { name: 'mcp-conformance', version: '1.0.0' };
          exchange.result({ protocolVersion: revision, capabilities: { tools: {} }, serverInfo });
          return true;
        }
        if (method !== 'tools/call') return false;
        exchange.send(UNKNOWN_NOTIFICATION);
        exchange.send(notification('notifications/cancelled', { requestId: 'never-asked' }));
        exchange.send(notification('notifications/progress', { progressToken: 'never-given', progress: 1 }));
        if (eraOf(revision) === 'legacy') {
          for (const id of PING_IDS) exchange.send(request(id, 'ping'));
          exchange.send(request(UNKNOWN_ID, 'conformance/unknown'));
        }
        setTimeout(() => exchange.answer(), ANSWER_MS);
        return true;
      },
    }),
  },
  {
    name: 'wrong-direction',
    what: 'the server sends a request, which this revision does not have',
    transports: BOTH,
    revisions: MODERN,
    steps: [CALL_ECHO, LIST_TOOLS],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'tools/call') return false;
        exchange.send(request('suite-ping', 'ping'));
        exchange.send(request('suite-roots', 'roots/list'));
        setTimeout(() => exchange.answer(), ANSWER_MS);
        return true;
      },
    }),
  },
  {
    name: 'batch',
    what: 'the server puts its answer into an array, behind a notification',
    transports: BOTH,
    revisions: ['2025-03-26'],
    steps: [LIST_TOOLS, CALL_ECHO],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'tools/call') return false;
        const answer = { jsonrpc: '2.0', id: exchange.message.id ?? null, result: { content: [] } };
        exchange.sendValue([UNKNOWN_NOTIFICATION, answer]);
        return true;
      },
    }),
  },
  {
    name: 'cancel',
    what: 'a call that the client gives up is answered all the same, late',
    transports: BOTH,
    revisions: EVERY,
    steps: [
      LIST_TOOLS,
      { method: 'tools/call', params: { name: 'slow', arguments: { ms: 60_000 } }, cancelAfterMs: CANCEL_MS, expect: 'error' },
      CALL_ECHO,
    ],
    create: () => {
      const waiting = new Set<Exchange>();
      const answer = (exchange: Exchange): void => {
        if (waiting.delete(exchange)) exchange.answer();
      };
      return {
        request(exchange) {
          if (exchange.method !== 'tools/call') return false;
          if (exchange.params.name === 'slow') {
            exchange.http?.write(': working\n\n');
            waiting.add(exchange);
            setTimeout(() => answer(exchange), LATE_MS).unref();
          } else {
            setTimeout(() => waiting.forEach(answer), CROSS_MS);
            setTimeout(() => exchange.answer(), CROSS_MS + DIE_MS);
          }
          return true;
        },
      };
    },
  },
  {
    name: 'unknown-result-type',
    what: 'a call is answered with a result of a kind that nobody knows',
    transports: BOTH,
    revisions: MODERN,
    steps: [{ ...CALL_ECHO, expect: 'error' }],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'tools/call') return false;
        exchange.result({ ...resultFor(exchange.revision, { content: [] }), resultType: 'conformance-unknown' });
        return true;
      },
    }),
  },
  {
    name: 'absent-result-type',
    what: 'a call is answered with a result without resultType',
    transports: BOTH,
    revisions: MODERN,
    steps: [CALL_ECHO],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'tools/call') return false;
        exchange.result({ content: [{ type: 'text', text: 'hello' }] });
        return true;
      },
    }),
  },
  {
    name: 'other-version',
    what: 'the server offers a revision that does not exist',
    transports: BOTH,
    revisions: LEGACY,
    steps: [anyway(LIST_TOOLS)],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'initialize') return false;
        const serverInfo = { name: 'mcp-conformance', version: '1.0.0' };
        exchange.result({ protocolVersion: '1999-12-31', capabilities: { tools: {} }, serverInfo });
        return true;
      },
    }),
  },
  {
    name: 'no-handshake',
    what: 'initialize is never answered, and the client is told to give up soon',
    transports: BOTH,
    revisions: LEGACY,
    steps: [],
    env: { MCP_CONFORMANCE_CONNECT_TIMEOUT_MS: '800' },
    create: () => ({ request: ({ method }) => method === 'initialize' }),
  },
  ...[-32601, -32602, -32000].map(
    (code): Scene => ({
      name: `legacy-server${code}`,
      what: `a server of 2025-11-25 answers server/discover with the error ${code}`,
      transports: ['stdio'],
      revisions: MODERN,
      onlyFor: 'both-eras',
      steps: [LIST_TOOLS],
      create: () => ({
        request(exchange) {
          if (exchange.method === 'server/discover') exchange.error(code, 'This server knows no such request');
          else answerRightly({ ...exchange, revision: '2025-11-25' });
          return true;
        },
      }),
    }),
  ),
  {
    name: 'modern-error',
    what: 'the server speaks only a revision that does not exist yet, and says so',
    transports: BOTH,
    revisions: MODERN,
    steps: [anyway(LIST_TOOLS)],
    create: () => ({
      request(exchange) {
        const meta = isObject(exchange.params._meta) ? exchange.params._meta : {};
        const requested = meta['io.modelcontextprotocol/protocolVersion'] ?? exchange.params.protocolVersion ?? null;
        exchange.error(-32022, 'Unsupported protocol version', { supported: ['2099-12-31'], requested });
        return true;
      },
    }),
  },
];
