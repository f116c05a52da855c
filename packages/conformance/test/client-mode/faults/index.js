import { answerFaults } from './answers.js';
import { cancellationFaults } from './cancellation.js';
import { handshakeFaults } from './handshake.js';
import { headerFaults } from './headers.js';
import { httpFaults } from './http.js';
import { messageFaults } from './messages.js';
import { metaFaults } from './meta.js';
import { stdioFaults } from './stdio.js';

/**
 * What is wrong with a client, one thing each, by name: `apply` breaks the correct one, and the checks in `caughtBy` see it. `index.d.ts`
 * says what else there is.
 */
export const faults = {
  ...handshakeFaults,
  ...messageFaults,
  ...metaFaults,
  ...answerFaults,
  ...cancellationFaults,
  ...stdioFaults,
  ...httpFaults,
  ...headerFaults,
};
