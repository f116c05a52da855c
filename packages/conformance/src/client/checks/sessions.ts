import { eraOf } from '@mcpwire/protocol';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import { HTTP, SESSIONS } from '../revisions.js';
import { DECOY_SESSION } from '../scenes/http.js';
import { afterHandshake, fieldOf, postsOf, STREAMABLE, shown } from './http-requests.js';

const versionSent: ClientCheck = {
  id: 'client/streamable-http-version-header-sent',
  level: 'must',
  title: 'Requests have the MCP-Protocol-Version header, in the legacy revisions all that follow initialize',
  spec: ['streamable-http.version-header.sent'],
  transports: HTTP,
  revisions: STREAMABLE.filter((revision) => revision !== '2025-03-26'),
  scenes: ['plain', 'streams', 'dropped'],
  remedy: 'Send MCP-Protocol-Version with each request, GET and DELETE included.',
  judge(seen) {
    for (const each of eraOf(seen.revision) === 'modern' ? postsOf(seen) : afterHandshake(seen))
      ensure(fieldOf(each, 'mcp-protocol-version') !== undefined, `a ${each.method} has no MCP-Protocol-Version`, {
        received: shown(each),
        ...seen.at(each),
      });
  },
};

const versionNegotiated: ClientCheck = {
  id: 'client/streamable-http-version-header-negotiated',
  level: 'should',
  title: 'MCP-Protocol-Version names the revision agreed on',
  spec: ['streamable-http.version-header.negotiated'],
  transports: HTTP,
  revisions: ['2025-06-18', '2025-11-25'],
  scenes: ['plain'],
  remedy: "Send the protocolVersion of the server's answer to initialize.",
  judge(seen) {
    const versions = afterHandshake(seen).map((each) => ({ each, version: fieldOf(each, 'mcp-protocol-version') }));
    const sent = versions.filter(({ version }) => version !== undefined);
    if (sent.length === 0) notApplicable('the client sends no such header, which another check judges');
    for (const { each, version } of sent)
      ensure(version === seen.revision, `MCP-Protocol-Version is ${version}`, {
        expected: seen.revision,
        received: version,
        ...seen.at(each),
      });
  },
};

const sessionSent: ClientCheck = {
  id: 'client/streamable-http-session-client-sends',
  level: 'must',
  title: 'Every request after the handshake has the session id of the answer to initialize',
  spec: ['streamable-http.session.client-sends'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['plain', 'decoy-session', 'chatter', 'streams', 'dropped'],
  remedy:
    'Keep the Mcp-Session-Id of the answer to initialize, of no other answer, and send it with each request, GET and DELETE included.',
  judge(seen) {
    const later = afterHandshake(seen);
    if (later.length === 0) notApplicable('the client sent nothing after the handshake');
    const ids = later.map((each) => ({ each, id: fieldOf(each, 'mcp-session-id') }));
    for (const { each, id } of ids) {
      ensure(id !== undefined, `a ${each.method} has no Mcp-Session-Id`, { received: shown(each), ...seen.at(each) });
      ensure(id !== DECOY_SESSION, 'the client took over a session id that did not come with the answer to initialize', {
        received: id,
        ...seen.at(each),
      });
      ensure(id === ids[0]?.id, 'the client sent another session id than before', { received: id, expected: ids[0]?.id, ...seen.at(each) });
    }
  },
};

const restarts: ClientCheck = {
  id: 'client/streamable-http-session-client-restarts',
  level: 'must',
  title: 'A client whose session the server does not know any more initializes anew',
  spec: ['streamable-http.session.client-restarts'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['lost-session'],
  remedy: 'On 404 to a request with a session id send initialize without one, and repeat the request in the new session.',
  judge(seen) {
    const [lost] = seen.requests.filter(({ headers }) => headers['mcp-session-id'] !== undefined).slice(-1);
    const refused = seen.transcript.since().some(({ kind, text }) => kind === 'sent' && text.startsWith('404'));
    if (!refused || !lost) return notApplicable('the client asked nothing once the session was lost');
    const [, again] = seen.asked('initialize');
    if (!again)
      return breach('the client did not initialize anew after 404 for its session', {
        expected: 'initialize, without Mcp-Session-Id',
        ...seen.at(lost),
      });
    const id = again.http && fieldOf(again.http, 'mcp-session-id');
    ensure(id === undefined, 'the new initialize has a session id', { received: id, ...seen.at(again) });
  },
};

const deletes: ClientCheck = {
  id: 'client/streamable-http-session-client-deletes',
  level: 'should',
  title: 'A client that is done ends its session with DELETE',
  spec: ['streamable-http.session.client-deletes'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['plain'],
  remedy: 'Send DELETE with the session id when the session is no longer needed.',
  judge(seen) {
    afterHandshake(seen);
    if (!seen.exit) notApplicable('the client did not end by itself');
    ensure(
      seen.requests.some(({ method }) => method === 'DELETE'),
      'the client went away and left its session behind',
    );
  },
};

export const sessionChecks: readonly ClientCheck[] = [versionSent, versionNegotiated, sessionSent, restarts, deletes];
