/** How faults are written: where one is at home, and the ways in which many break a client. */
import { override } from '../../broken-servers/faults/override.js';

/** A revision with a handshake, in which either side may ask the other. */
export const CHATTY = '2025-11-25';
export const MODERN = '2026-07-28';

export const stdio = (fault) => ({ transport: 'stdio', revision: CHATTY, ...fault });
export const http = (fault) => ({ transport: 'streamable-http', revision: CHATTY, ...fault });

/** Changes messages on their way out, whatever the transport. */
export const sending =
  (change) =>
  ({ client }) =>
    override(client.wire, 'send', (old, message) => old(change(message) ?? message));

/** Changes what the client answers. */
export const answering =
  (change) =>
  ({ client }) =>
    override(client, 'answer', (old, message) => old(change(message)));

/** Does something more as soon as the handshake is done. */
export const afterHandshake =
  (more) =>
  ({ client, wire }) =>
    override(client, 'initialize', async (old, ...args) => {
      await old(...args);
      more({ client, wire });
    });

/** Leaves a header out of those that this method of the wire makes. */
export const dropHeader =
  (method, name) =>
  ({ wire }) =>
    override(wire, method, (old, ...args) => {
      const { [name]: _, ...rest } = old(...args);
      return rest;
    });
