import { eraOf } from '@mcpwire/protocol';
import { ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import { HTTP, MODERN } from '../revisions.js';
import { firstOf } from './help.js';
import { STREAMABLE, shown } from './http-requests.js';

const fallsBack: ClientCheck = {
  id: 'client/streamable-http-compat-client-falls-back',
  level: 'should',
  title: 'A client for older servers, refused its POST, tries GET and uses the endpoint of its first event',
  spec: ['streamable-http.compat.client-falls-back'],
  transports: HTTP,
  revisions: STREAMABLE,
  scenes: ['old-server'],
  remedy: 'On 400, 404 or 405 to the first POST open a stream by GET, and send messages to the URI of its endpoint event.',
  judge(seen) {
    const get = seen.requests.find(({ method }) => method === 'GET');
    if (!get) return notApplicable('the client does not look for servers of 2024-11-05');
    const later = seen.requests.filter(({ method, at }) => method === 'POST' && at > get.at);
    const there = later.find(({ path }) => path === '/messages');
    ensure(there !== undefined, 'the client did not send its messages to the endpoint that it was given', {
      received: later[0] && shown(later[0]),
      ...seen.at(get),
    });
  },
};

const inspects: ClientCheck = {
  id: 'client/streamable-http-inspects-400',
  level: 'should',
  title: 'A 400 leads to initialize, unless its body has an error that only a modern server sends',
  spec: ['streamable-http.client.inspects-400'],
  transports: HTTP,
  revisions: MODERN,
  scenes: ['plain-400', 'modern-error'],
  remedy: 'Read the body of a 400: an error like -32022 means a modern server, anything else a legacy one.',
  judge(seen, facts) {
    if (!facts.revisions.some((revision) => eraOf(revision) === 'legacy')) notApplicable('the client speaks no legacy revision');
    const probe = firstOf(seen.asked('server/discover'), 'the client did not ask server/discover');
    const [initialize] = seen.asked('initialize');
    if (seen.scene === 'plain-400') ensure(initialize !== undefined, 'the client did not fall back to initialize', seen.at(probe));
    else
      ensure(!initialize, 'the client fell back to initialize, though the body had a modern error', {
        received: initialize?.message,
        ...(initialize && seen.at(initialize)),
      });
  },
};

export const httpFallbackChecks: readonly ClientCheck[] = [fallsBack, inspects];
