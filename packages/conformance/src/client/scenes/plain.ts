import { UNICODE_TOOL, UNICODE_URI } from '../answers.js';
import { metaOf } from '../observation.js';
import { BOTH, EVERY } from '../revisions.js';
import type { Scene } from '../scene.js';
import { CALL_ECHO, LIST_TOOLS, type Step } from '../step.js';

/** Two calls that are sent at once run at the same time for sure. */
const PROGRESS_MS = 60;
const WITH_PROGRESS: Step = { ...CALL_ECHO, progress: true };

/** Nothing is out of order: what a client does wrong here, it does always. */
export const PLAIN: Scene = {
  name: 'plain',
  what: 'the server does everything right',
  transports: BOTH,
  revisions: EVERY,
  steps: [
    LIST_TOOLS,
    CALL_ECHO,
    [WITH_PROGRESS, WITH_PROGRESS],
    { method: 'tools/call', params: { name: UNICODE_TOOL, arguments: {} } },
    { method: 'resources/read', params: { uri: UNICODE_URI } },
    { method: 'prompts/get', params: { name: 'greet' } },
  ],
  create: () => ({
    request(exchange) {
      if (metaOf(exchange.message).progressToken === undefined) return false;
      setTimeout(() => exchange.answer(), PROGRESS_MS);
      return true;
    },
  }),
};

/** Shows whether the client tells that a step went wrong. */
export const REFUSAL: Scene = {
  name: 'refusal',
  what: 'the server answers tools/call with an error',
  transports: BOTH,
  revisions: EVERY,
  steps: [CALL_ECHO],
  create: () => ({
    request(exchange) {
      if (exchange.method !== 'tools/call') return false;
      exchange.error(-32603, 'This call is refused');
      return true;
    },
  }),
};
