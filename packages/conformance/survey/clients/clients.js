/**
 * What the survey of clients judges, in the order of its table, and what was found when each of their failures was looked at by hand: by
 * check, what the bytes show. A failure without a sentence here fails the script, and so does a sentence without a failure.
 *
 * @typedef {{ title: string, program: string, package: string, about: string, findings: Record<string, string> }} SurveyedClient
 */

const noBatches =
  'A call in 2025-03-26 is answered by an array of a notification and the response; the client reports a message that it cannot read, and waits on.';
const staysLost =
  'After the 404 for its session the same id is sent with the next request, and with the DELETE; no initialize follows, and the call fails.';

/** @type {Record<string, SurveyedClient>} */
export const clients = {
  'sdk-v1': {
    title: 'Official SDK, v1',
    program: 'sdk-v1.js',
    package: '@modelcontextprotocol/sdk',
    about: 'no 2026-07-28',
    findings: {
      'client/batch-receive': noBatches,
      'client/cancellation-not-initialize': 'When initialize is not answered in time, notifications/cancelled with its id follows.',
      'client/streamable-http-session-client-sends':
        'An answer to tools/list with another Mcp-Session-Id: the next requests have that one, and not the one that came with the answer to initialize.',
      'client/streamable-http-session-client-restarts': staysLost,
    },
  },
  'sdk-v2': {
    title: 'Official SDK, v2',
    program: 'sdk-v2.js',
    package: '@modelcontextprotocol/client',
    about: "with `versionNegotiation: { mode: 'auto' }`",
    findings: {
      'client/batch-receive': noBatches,
      'client/streamable-http-session-client-restarts': staysLost,
      'client/jsonrpc-result-type-absent':
        'The call is rejected; the client says that only servers of earlier revisions may leave resultType out, and the sentence may be read so: hence a warning.',
      'client/stdio-shutdown-client-ladder':
        'The server that it starts to be probed gets SIGTERM in the moment in which its stdin is closed; the second one, which serves, is ended rightly.',
    },
  },
  connect: {
    title: '@mcpwire/connect',
    program: '../../../connect/test/fixtures/conformance-client.js',
    package: '@mcpwire/connect',
    about: '',
    findings: {},
  },
};
