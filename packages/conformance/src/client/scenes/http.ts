import { eraOf } from '@mcpwire/protocol';
import type { JsonObject } from '../../inbox.js';
import { answerRightly, listing, tool } from '../answers.js';
import { EVERY, HTTP, MODERN, SESSIONS } from '../revisions.js';
import type { GetStream, Scene } from '../scene.js';
import { anyway, CALL_ECHO, LIST_TOOLS, type Step } from '../step.js';

export const DECOY_SESSION = 'conformance-decoy';
export const DROPPED_EVENT = 'conformance-dropped-1';
export const RETRY_MS = 700;
/** Where a schema lies that nobody should fetch by himself. */
export const REMOTE_SCHEMA = '/conformance-schema.json';
/** Values for the marked parameter, and what has to be done about each. */
export const PARAM_VALUES = {
  plain: 'eu-west 1',
  unicode: 'Zürich 日本',
  padded: ' padded ',
  newline: 'one\r\nX-Injected: yes',
  sentinel: '=?base64?bm8=?=',
} as const;

const STRING = { type: 'string' };
const MARKED = tool('route', {
  region: { ...STRING, 'x-mcp-header': 'Region' },
  level: { type: 'integer', 'x-mcp-header': 'Level' },
  dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
  note: STRING,
});
/** Tools whose marks break the rules, each in one way. */
export const BAD_TOOLS: readonly JsonObject[] = [
  tool('bad-space', { region: { ...STRING, 'x-mcp-header': 'two words' } }),
  tool('bad-empty', { region: { ...STRING, 'x-mcp-header': '' } }),
  tool('bad-type', { region: { type: 'object', 'x-mcp-header': 'Region' } }),
  tool('bad-twice', { one: { ...STRING, 'x-mcp-header': 'Same' }, two: { ...STRING, 'x-mcp-header': 'same' } }),
];

function route(args: JsonObject): Step {
  return { method: 'tools/call', params: { name: 'route', arguments: args } };
}

/** The same message with all that an event stream may have around it. */
function ornate(value: unknown): string {
  const lines = JSON.stringify(value, null, 1).split('\n');
  return `: a comment\r\n:\r\nx-unknown: field\nevent:message\r\n${lines.map((line, index) => `data:${index % 2 ? '' : ' '}${line}`).join('\r\n')}\r\n\r\n: another\n\n`;
}

export const httpScenes: readonly Scene[] = [
  {
    name: 'streams',
    what: 'every answer is an event stream, with comments, unknown fields and data of several lines; GET is refused',
    transports: HTTP,
    revisions: EVERY,
    steps: [LIST_TOOLS, CALL_ECHO, LIST_TOOLS],
    streams: true,
    create: () => ({
      encode: ornate,
      request(exchange) {
        // What a legacy server says to server/discover is a status, and no stream.
        const isRefused = exchange.method === 'server/discover' && eraOf(exchange.revision) === 'legacy';
        if (!isRefused) exchange.http?.header('cONTENT-tYPE', 'text/event-stream; charset=utf-8');
        return false;
      },
      get(stream) {
        stream.status(405);
        return true;
      },
    }),
  },
  {
    name: 'lost-session',
    what: 'after the first tools/list the server no longer knows the session',
    transports: HTTP,
    revisions: SESSIONS,
    steps: [LIST_TOOLS, anyway(CALL_ECHO), anyway(LIST_TOOLS)],
    create: () => {
      let lost: string | undefined;
      let listed = false;
      return {
        refuse({ headers }) {
          const id = headers['mcp-session-id'];
          if (listed) lost ??= typeof id === 'string' ? id : undefined;
          return lost !== undefined && id === lost ? 404 : undefined;
        },
        request({ method }) {
          if (method === 'tools/list') listed = true;
          return false;
        },
      };
    },
  },
  {
    name: 'decoy-session',
    what: 'the answer to tools/list has another session id in its header',
    transports: HTTP,
    revisions: SESSIONS,
    steps: [LIST_TOOLS, CALL_ECHO],
    create: () => ({
      request(exchange) {
        if (exchange.method === 'tools/list') exchange.http?.header('Mcp-Session-Id', DECOY_SESSION);
        return false;
      },
    }),
  },
  {
    name: 'dropped',
    what: 'the stream of a call ends before the answer, after an event with an id',
    transports: HTTP,
    revisions: SESSIONS,
    steps: [LIST_TOOLS, CALL_ECHO],
    idleMs: 8_000,
    create: () => {
      let id: unknown;
      return {
        request(exchange) {
          if (exchange.method !== 'tools/call' || !exchange.http) return false;
          id = exchange.message.id;
          const retry = exchange.revision === '2025-11-25' ? `retry: ${RETRY_MS}\n` : '';
          const data =
            exchange.revision === '2025-11-25'
              ? ''
              : JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'on it' } });
          exchange.http.write(`id: ${DROPPED_EVENT}\n${retry}data: ${data}\n\n`);
          exchange.http.endStream();
          return true;
        },
        get({ seen, write, end }) {
          if (seen.headers['last-event-id'] !== DROPPED_EVENT) return false;
          write(`id: conformance-dropped-2\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`);
          end();
          return true;
        },
      };
    },
  },
  {
    name: 'old-server',
    what: 'the server speaks HTTP+SSE of 2024-11-05: POST is refused with 405, GET brings an endpoint event',
    transports: HTTP,
    revisions: [...SESSIONS, ...MODERN],
    steps: [],
    sessions: false,
    create: () => {
      let stream: GetStream | undefined;
      return {
        refuse: ({ method, path }) => (method === 'POST' && path === '/mcp' ? 405 : undefined),
        get(opened) {
          stream = opened;
          opened.write('event: endpoint\ndata: /messages\n\n');
          return true;
        },
        request(exchange) {
          exchange.http?.status(202);
          answerRightly({
            ...exchange,
            revision: '2024-11-05',
            http: undefined,
            result: (result) =>
              stream?.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: exchange.message.id, result })}\n\n`),
            error: () => {},
          });
          return true;
        },
      };
    },
  },
  {
    name: 'plain-400',
    what: 'a server of 2025-11-25 answers a request without a session with 400 and no JSON-RPC error',
    transports: HTTP,
    revisions: MODERN,
    onlyFor: 'both-eras',
    steps: [LIST_TOOLS],
    create: () => ({
      request(exchange) {
        if (exchange.method === 'server/discover') exchange.http?.status(400);
        else answerRightly({ ...exchange, revision: '2025-11-25' });
        return true;
      },
    }),
  },
  {
    name: 'params',
    what: 'a tool asks for three of its parameters as headers; others ask so in ways that break the rules',
    transports: HTTP,
    revisions: MODERN,
    steps: [
      LIST_TOOLS,
      route({ region: PARAM_VALUES.plain, level: 42, dry: false, note: 'unmarked' }),
      ...[PARAM_VALUES.unicode, PARAM_VALUES.padded, PARAM_VALUES.newline, PARAM_VALUES.sentinel].map((region) => route({ region })),
      anyway(route({ region: null, note: 'null' })),
      route({ note: 'absent' }),
      ...BAD_TOOLS.map(
        ({ name }): Step => ({
          method: 'tools/call',
          params: { name: name as string, arguments: { region: 'x', one: '1', two: '2' } },
          onlyIfListed: true,
          expect: 'any',
        }),
      ),
    ],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'tools/list') return false;
        exchange.result(listing(exchange.revision, { tools: [...BAD_TOOLS, MARKED] }));
        return true;
      },
    }),
  },
  {
    name: 'remote-schema',
    what: 'the schemas of a tool refer to another one by its URL',
    transports: HTTP,
    revisions: MODERN,
    steps: [anyway(LIST_TOOLS), anyway({ method: 'tools/call', params: { name: 'remote', arguments: { text: 'hello' } } })],
    create: () => ({
      request(exchange) {
        if (exchange.method !== 'tools/list' || !exchange.http) return false;
        const text = { $ref: `${exchange.http.origin}${REMOTE_SCHEMA}` };
        const outputSchema = { type: 'object', properties: { text } };
        exchange.result(listing(exchange.revision, { tools: [tool('remote', { text }, { outputSchema })] }));
        return true;
      },
    }),
  },
  {
    name: 'stale-params',
    what: 'the first call of a tool is refused for its Mcp-Param headers: the tool has changed',
    transports: HTTP,
    revisions: MODERN,
    steps: [LIST_TOOLS, anyway(route({ region: 'eu', note: 'stale' }))],
    create: () => {
      let isRefused = false;
      return {
        request(exchange) {
          if (exchange.method === 'tools/list') {
            const properties = { region: { ...STRING, 'x-mcp-header': isRefused ? 'Area' : 'Region' } };
            exchange.result(listing(exchange.revision, { tools: [tool('route', properties)] }));
            return true;
          }
          if (exchange.method !== 'tools/call' || isRefused) return false;
          isRefused = true;
          exchange.error(-32020, 'Header mismatch: Mcp-Param-Area is missing');
          return true;
        },
      };
    },
  },
];
