import { ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import { HTTP, MODERN } from '../revisions.js';
import { REMOTE_SCHEMA } from '../scenes/http.js';
import { shown } from './http-requests.js';

const remoteSchema: ClientCheck = {
  id: 'client/json-schema-ref-no-network',
  level: 'must',
  title: 'A reference from a schema to the network is not followed by itself',
  spec: ['json-schema.ref-no-network', 'json-schema.ref-off-by-default'],
  transports: HTTP,
  revisions: MODERN,
  scenes: ['remote-schema'],
  remedy: 'Refuse a schema with a $ref to the network, or follow it only where the user has turned that on.',
  judge(seen) {
    if (seen.asked('tools/list').length === 0) notApplicable('the client listed no tools');
    const fetched = seen.requests.find(({ path }) => path.startsWith(REMOTE_SCHEMA));
    ensure(!fetched, 'the client fetched a schema that the schema of a tool refers to', {
      received: fetched && shown(fetched),
      ...(fetched && seen.at(fetched)),
    });
  },
};

export const schemaChecks: readonly ClientCheck[] = [remoteSchema];
