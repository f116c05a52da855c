import { breach, ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { ClientCheck } from '../client-check.js';
import { type Heard, isObject, metaOf, type Observation } from '../observation.js';
import { BOTH, EVERY, MODERN } from '../revisions.js';

const KEYS_SINCE = EVERY.filter((revision) => revision >= '2025-06-18');
const LABEL = /^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;
const TRACE: Readonly<Record<string, RegExp>> = {
  traceparent: /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/,
  tracestate: /^\s*(?:[a-z0-9][a-z0-9_\-*/@]*=[\x20-\x2b\x2d-\x3c\x3e-\x7e]*\s*(?:,\s*|$))*$/,
  baggage: /^[^,;=\s]+\s*=\s*[^,;]*(?:;[^,]*)*(?:,\s*[^,;=\s]+\s*=\s*[^,;]*(?:;[^,]*)*)*$/,
};

/** Every key of a _meta that the client sent, and where. */
function keysOf(seen: Observation): { key: string; value: unknown; heard: Heard }[] {
  const metas = (message: JsonObject): JsonObject[] => [
    metaOf(message),
    ...(isObject(message.result) && isObject(message.result._meta) ? [message.result._meta] : []),
  ];
  const keys = seen.heard.flatMap((heard) =>
    metas(heard.message).flatMap((meta) => Object.entries(meta).map(([key, value]) => ({ key, value, heard }))),
  );
  if (keys.length === 0) notApplicable('the client sent no _meta');
  return keys;
}

function keyCheck(
  id: string,
  spec: string[],
  title: string,
  fault: (prefix: string | undefined, name: string) => string | undefined,
): ClientCheck {
  return {
    id,
    level: 'must',
    title,
    spec,
    transports: BOTH,
    revisions: KEYS_SINCE,
    scenes: 'every',
    remedy: 'Name _meta keys like com.example/name: labels of letters, digits and hyphens with dots between, a slash, a name.',
    judge(seen) {
      for (const { key, heard } of keysOf(seen)) {
        const slash = key.lastIndexOf('/');
        const why = slash < 0 ? fault(undefined, key) : fault(key.slice(0, slash), key.slice(slash + 1));
        ensure(why === undefined, `the _meta key ${JSON.stringify(key)} ${why}`, { received: heard.message, ...seen.at(heard) });
      }
    },
  };
}

const prefix = keyCheck('client/meta-prefix', ['meta.prefix'], 'The prefixes of _meta keys are labels with dots between', (labels) =>
  labels?.split('.').some((label) => label === '' || label.includes('/')) ? 'has an empty label or two slashes' : undefined,
);

const label = keyCheck(
  'client/meta-label',
  ['meta.label'],
  'The labels of _meta keys begin with a letter, and have a letter or a digit at the end',
  (labels) =>
    labels?.split('.').some((each) => each !== '' && !each.includes('/') && !LABEL.test(each)) ? 'has a malformed label' : undefined,
);

const name = keyCheck(
  'client/meta-name',
  ['meta.name', 'meta.name-characters'],
  'The names of _meta keys begin and end with a letter or digit',
  (_, own) => (NAME.test(own) ? undefined : 'has a malformed name'),
);

const required: ClientCheck = {
  id: 'client/meta-request-required',
  level: 'must',
  title: 'Each request has the protocol version and the client capabilities in _meta',
  spec: ['meta.request.required', 'base.core'],
  transports: BOTH,
  revisions: MODERN,
  scenes: ['plain'],
  remedy: 'Put io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities into params._meta of each request.',
  judge(seen) {
    for (const { message, position } of seen.asked()) {
      const meta = metaOf(message);
      const evidence = { received: message, ...seen.at({ position }) };
      ensure(
        typeof meta['io.modelcontextprotocol/protocolVersion'] === 'string',
        `a request for ${message.method} has no protocol version`,
        evidence,
      );
      ensure(
        isObject(meta['io.modelcontextprotocol/clientCapabilities']),
        `a request for ${message.method} has no client capabilities`,
        evidence,
      );
    }
  },
};

const clientInfo: ClientCheck = {
  id: 'client/meta-request-client-info',
  level: 'should',
  title: 'Each request says who the client is',
  spec: ['meta.request.client-info'],
  transports: BOTH,
  revisions: MODERN,
  scenes: ['plain'],
  remedy: 'Put io.modelcontextprotocol/clientInfo with a name and a version into params._meta of each request.',
  judge(seen) {
    for (const { message, position } of seen.asked()) {
      const info = metaOf(message)['io.modelcontextprotocol/clientInfo'];
      ensure(
        isObject(info) && typeof info.name === 'string' && typeof info.version === 'string',
        `a request for ${message.method} does not say the client's name and version`,
        { received: message, ...seen.at({ position }) },
      );
    }
  },
};

const trace: ClientCheck = {
  id: 'client/meta-trace-format',
  level: 'must',
  title: 'Trace context in _meta is as W3C defines it',
  spec: ['meta.trace.format'],
  transports: BOTH,
  revisions: MODERN,
  scenes: 'every',
  remedy: 'Write traceparent, tracestate and baggage as W3C Trace Context and W3C Baggage define them.',
  judge(seen) {
    const keys = keysOf(seen).filter(({ key }) => Object.hasOwn(TRACE, key));
    if (keys.length === 0) notApplicable('the client sent no trace context');
    for (const { key, value, heard } of keys)
      if (typeof value !== 'string' || !TRACE[key]?.test(value)) breach(`${key} is malformed`, { received: value, ...seen.at(heard) });
  },
};

const extensionIds: ClientCheck = {
  id: 'client/versioning-extension-ids',
  level: 'must',
  title: 'The identifiers of the extensions that the client declares have a prefix',
  spec: ['versioning.extension-ids'],
  transports: BOTH,
  revisions: MODERN,
  scenes: ['plain'],
  remedy: 'Name extensions like com.example/name, with a prefix of labels with dots between.',
  judge(seen) {
    const declared = seen.asked().flatMap((heard) => {
      const capabilities = metaOf(heard.message)['io.modelcontextprotocol/clientCapabilities'];
      const extensions = isObject(capabilities) ? capabilities.extensions : undefined;
      return isObject(extensions) ? Object.keys(extensions).map((id) => ({ id, heard })) : [];
    });
    if (declared.length === 0) notApplicable('the client declares no extension');
    for (const { id, heard } of declared) {
      const [labels = '', own, ...more] = id.split('/');
      const isRight = labels.split('.').every((each) => LABEL.test(each)) && own !== undefined && NAME.test(own) && more.length === 0;
      ensure(isRight, `the extension ${JSON.stringify(id)} has no prefix`, { received: heard.message, ...seen.at(heard) });
    }
  },
};

export const metaChecks: readonly ClientCheck[] = [prefix, label, name, required, clientInfo, trace, extensionIds];
