import { authenticated, bearerAuthentication, guarded, type HttpHandler, type HttpRequest } from '@mcpwire/http';
import { repeatInProcess } from './in-process.js';
import type { Cell, Scenario, Session } from './scenario.js';

type Check = 'none' | 'origin' | 'bearer';

const token = 'bench-0123456789abcdef0123456789abcdef';
const known = new Map([[token, { id: 'reader' }]]);
const answer: HttpHandler = () => ({ status: 200 });

/** In place of a token's signature or its issuer there is a look into a Map: verifying is up to the kind of token. */
const handlers: Readonly<Record<Check, HttpHandler>> = {
  none: answer,
  origin: guarded(answer),
  bearer: authenticated(answer, bearerAuthentication({ verify: (given) => known.get(given) })),
};

export const costToken: Scenario = {
  name: 'cost/token',
  title: 'What checking headers costs',
  about:
    'A handler behind nothing, behind the check of Host and Origin, and behind the check of a bearer token that is looked up in a Map. In one process, without a network, so that a microsecond shows; what verifying a real token takes comes on top.',
  metrics: [{ key: 'usPerRequest', label: 'per request', unit: 'µs', better: 'lower', compare: true }],
  targets: ['mcpwire'],
  reference: 'mcpwire',
  pinned: true,
  compareBy: 'check',
  cases: (profile) => {
    if (profile === 'quick') return [];
    return (Object.keys(handlers) as Check[]).map((check) => ({ params: { check }, timing: { warmUpMs: 150, roundMs: 150 } }));
  },
  open: openChecking,
};

const requestsAtOnce = 1000;

async function openChecking({ params, timing }: Cell): Promise<Session> {
  const handler = handlers[params.check as Check];
  const headers = {
    host: '127.0.0.1:3000',
    origin: 'http://localhost:3000',
    authorization: `Bearer ${token}`,
    'mcp-protocol-version': '2025-06-18',
  };
  const pass = async (): Promise<void> => {
    for (let i = 0; i < requestsAtOnce; i++) {
      const request = {
        method: 'POST',
        path: '/mcp',
        url: '/mcp',
        query: '',
        headers,
        principal: undefined,
        encrypted: false,
      } as unknown as HttpRequest;
      const { status } = await handler(request);
      if (status !== 200) throw new Error(`the check of ${params.check} refused the request with ${status}`);
    }
  };
  return repeatInProcess(timing, pass, ({ passes, elapsedMs }) => ({ usPerRequest: (elapsedMs * 1000) / (passes * requestsAtOnce) }));
}
