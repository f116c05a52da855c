import { override } from '../../broken-servers/faults/override.js';
import { MODERN, stdio } from './kinds.js';

/** Faults of `_meta` and of the capabilities in it. */
export const metaFaults = {
  'no-capabilities': stdio({
    is: 'leaves its capabilities out of _meta',
    caughtBy: ['client/meta-request-required'],
    revision: MODERN,
    apply: dropMeta('io.modelcontextprotocol/clientCapabilities'),
  }),
  anonymous: stdio({
    is: 'leaves its name out of _meta',
    caughtBy: ['client/meta-request-client-info'],
    revision: MODERN,
    apply: dropMeta('io.modelcontextprotocol/clientInfo'),
  }),
  'extension-without-prefix': stdio({
    is: 'names an extension without a prefix',
    caughtBy: ['client/versioning-extension-ids'],
    revision: MODERN,
    apply: addMeta({ 'io.modelcontextprotocol/clientCapabilities': { extensions: { steps: {} } } }),
  }),
  'odd-prefix': stdio({
    is: 'has an empty label in a prefix',
    caughtBy: ['client/meta-prefix'],
    revision: MODERN,
    apply: addMeta({ 'com..example/key': 1 }),
  }),
  'odd-label': stdio({
    is: 'has a label that begins with a digit',
    caughtBy: ['client/meta-label'],
    revision: MODERN,
    apply: addMeta({ 'com.1example/key': 1 }),
  }),
  'odd-name': stdio({
    is: 'has a key that ends with a dot',
    caughtBy: ['client/meta-name'],
    revision: MODERN,
    apply: addMeta({ 'com.example/key.': 1 }),
  }),
  'odd-trace': stdio({
    is: 'has a malformed traceparent',
    caughtBy: ['client/meta-trace-format'],
    revision: MODERN,
    apply: addMeta({ traceparent: 'none' }),
  }),
};

function dropMeta(name) {
  return ({ client }) =>
    override(client, 'meta', (old, more) => {
      const meta = old(more);
      if (!meta) return meta;
      const { [name]: _, ...rest } = meta;
      return rest;
    });
}

function addMeta(more) {
  return ({ client }) => override(client, 'meta', (old, own) => (client.modern ? { ...old(own), ...more } : old(own)));
}
