import type { Outcome } from './article.js';
import type { FigureName } from './figures.js';
import { type AnswerName, type Answers, needsNetwork } from './question.js';

/** What follows from an answer, and the figures that show it. */
export interface Reason {
  readonly reason: string;
  readonly figures: readonly FigureName[];
}

/** What the answer to one question means for the outcome. */
export function adviceFor(name: AnswerName, answers: Answers, outcome: Outcome): Reason {
  return reasons[name](answers, outcome);
}

const reasons: Readonly<Record<AnswerName, (answers: Answers, outcome: Outcome) => Reason>> = {
  remote: ({ remote }) =>
    remote
      ? { reason: 'A pipe does not leave its machine: it takes HTTP.', figures: ['httpCpu', 'httpSetUp', 'httpStreamCpu'] }
      : {
          reason: 'On one machine a pipe will do, and it needs no port, no token and no certificate.',
          figures: ['stdioLatency', 'stdioCpu'],
        },
  browser: ({ browser }, outcome) => {
    if (!browser) return { reason: 'Programs can start processes and open sockets: nothing is ruled out.', figures: [] };
    const how = outcome === 'http+sse' ? 'its EventSource and fetch do for HTTP+SSE' : 'its fetch does for Streamable HTTP';
    return {
      reason: `A page can start no process; ${how}. The server has to allow the page's origin, and no other.`,
      figures: ['httpCpu'],
    };
  },
  clients: ({ clients }) =>
    clients === 'several'
      ? {
          reason:
            'Over stdio every client has a server process of its own, which shares nothing with the next. One server for all listens on a port.',
          figures: ['stdioProcess', 'stdioSpawn', 'idleStream'],
        }
      : { reason: 'The client starts its server and ends it; nobody else can reach it.', figures: ['stdioSpawn', 'stdioProcess'] },
  microseconds: (answers) => {
    const { microseconds, remote } = answers;
    if (!needsNetwork(answers)) {
      return microseconds
        ? {
            reason: 'Nothing here is faster than a pipe: most of a call is the operating system waking two processes.',
            figures: ['stdioLatency', 'stdioRate'],
          }
        : { reason: 'stdio stays: there is nothing to be won by a port.', figures: ['stdioLatency'] };
    }
    if (!microseconds)
      return { reason: 'What HTTP costs a call is small beside what the server does in it.', figures: ['httpLatency', 'httpCpu'] };
    if (remote)
      return {
        reason:
          'A network takes milliseconds, whatever speaks over it. Where microseconds matter, the server has to run beside its client, over stdio.',
        figures: ['stdioLatency', 'httpLatency'],
      };
    return {
      reason:
        'A socket costs more than a pipe. If the clients can do without sharing a process, let each start its own over stdio; else send more in one call.',
      figures: ['stdioLatency', 'httpLatency', 'stdioCpu', 'httpCpu'],
    };
  },
  proxy: ({ proxy, revision }, outcome) => ({
    reason: adviseOnProxy(proxy, outcome, revision === '2026-07-28'),
    figures: proxy === 'buffering' || proxy === 'unknown' ? ['httpCpu'] : [],
  }),
  revision: ({ revision }, outcome) => {
    if (outcome === 'http+sse')
      return {
        reason:
          'HTTP+SSE is the only transport over HTTP that 2024-11-05 has. Serve Streamable HTTP beside it, so that newer clients need not follow.',
        figures: ['idleStream', 'sseSetUp', 'sseRemote'],
      };
    if (revision === '2026-07-28')
      return {
        reason:
          'Every request stands for itself: no session to keep, any server can answer, and a stream that breaks is not resumed but asked anew.',
        figures: ['httpCpu'],
      };
    return {
      reason: 'There is a session for each client, and a stream that breaks is resumed from its last event where the server stores them.',
      figures: ['httpStreamCpu', 'idleStream'],
    };
  },
};

function adviseOnProxy(proxy: Answers['proxy'], outcome: Outcome, stateless: boolean): string {
  const stream = outcome === 'http+sse' ? 'the stream' : 'a stream';
  switch (proxy) {
    case 'nginx':
      return `It holds responses back unless told not to: the header X-Accel-Buffering: no does it, which this project's servers send. proxy_read_timeout must be longer than the time between two heartbeats of ${stream}.`;
    case 'load-balancer':
      if (outcome === 'http+sse') return 'A POST has to reach the server that holds its stream: route by the session in its URL.';
      return stateless
        ? 'No affinity is needed: any server can answer any request. Route by Mcp-Method and Mcp-Name if you like.'
        : 'Requests of a session have to reach the server that holds it, by the header Mcp-Session-Id, or the servers have to share a session store.';
    case 'cdn':
      return `A connection that is quiet is ended, often after 30 to 100 s: keep ${stream} alive with a heartbeat every 15 s, and see to it that clients come back.`;
    case 'buffering':
    case 'unknown':
      return outcome === 'http+sse'
        ? 'Behind something that holds responses back the first event never arrives, and with it no connection: HTTP+SSE has no way around that.'
        : 'Something may hold a stream back until it ends. Answers as one piece of JSON pass through anything; let the server give them wherever it has nothing to say before the result.';
    default:
      return 'Streams arrive as they are sent.';
  }
}
