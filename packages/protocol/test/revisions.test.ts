import { describe, expect, test } from 'vitest';
import {
  ASSUMED_REVISION,
  eraOf,
  isRevision,
  LATEST_LEGACY_REVISION,
  LATEST_REVISION,
  methodsOf,
  negotiateInitialize,
  newestCommonVersion,
  REVISION_FEATURES,
  REVISIONS,
  type Revision,
  type RevisionFeatures,
} from '../src/index.js';
import { definitionsOf, hasSchemas } from './schema.js';

const legacyRevisions: readonly Revision[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
const streamableRevisions: readonly Revision[] = ['2025-03-26', '2025-06-18', '2025-11-25'];

/** Read off the transport pages, heading by heading: who has what. */
const facts: Array<[feature: keyof RevisionFeatures, value: unknown, revisions: readonly Revision[]]> = [
  ['era', 'legacy', legacyRevisions],
  ['era', 'modern', ['2026-07-28']],
  ['httpTransport', 'http-sse', ['2024-11-05']],
  ['initialize', true, legacyRevisions],
  ['sessions', true, streamableRevisions],
  ['batches', true, ['2025-03-26']],
  ['getStream', true, streamableRevisions],
  ['resumption', true, streamableRevisions],
  ['primingEvent', true, ['2025-11-25']],
  ['versionHeader', 'never', ['2024-11-05', '2025-03-26']],
  ['versionHeader', 'after-initialize', ['2025-06-18', '2025-11-25']],
  ['versionHeader', 'always', ['2026-07-28']],
  ['metadataHeaders', true, ['2026-07-28']],
  ['requestMeta', true, ['2026-07-28']],
  ['discover', true, ['2026-07-28']],
  ['listen', true, ['2026-07-28']],
  ['serverRequests', true, legacyRevisions],
  ['cancelByClosing', true, ['2026-07-28']],
  ['resultType', true, ['2026-07-28']],
  ['originStatus', 403, ['2025-11-25', '2026-07-28']],
];

describe('what each revision has', () => {
  test.each(facts)('%s is %s', (feature, value, revisions) => {
    expect(REVISIONS.filter((revision) => REVISION_FEATURES[revision][feature] === value)).toEqual(revisions);
  });

  test('the facts above are about every feature', () => {
    expect(Object.keys(REVISION_FEATURES['2026-07-28']).sort()).toEqual([...new Set(facts.map(([feature]) => feature))].sort());
  });

  test('agrees with the methods it has', () => {
    for (const revision of REVISIONS) {
      const { initialize, discover, listen, serverRequests } = REVISION_FEATURES[revision];
      const requests = methodsOf(revision, 'client', 'request');
      expect(requests.includes('initialize')).toBe(initialize);
      expect(requests.includes('server/discover')).toBe(discover);
      expect(requests.includes('subscriptions/listen')).toBe(listen);
      expect(methodsOf(revision, 'server', 'request').length > 0).toBe(serverRequests);
    }
  });

  test.skipIf(!hasSchemas)('agrees with the published schemas', () => {
    for (const revision of REVISIONS) {
      const definitions = definitionsOf(revision);
      const { batches, resultType, requestMeta } = REVISION_FEATURES[revision];
      expect('JSONRPCBatchRequest' in definitions).toBe(batches);
      expect(definitions.Result?.required?.includes('resultType') ?? false).toBe(resultType);
      expect('RequestMetaObject' in definitions).toBe(requestMeta);
    }
  });
});

describe('a version', () => {
  test('is published or is not', () => {
    expect(REVISIONS.filter(isRevision)).toEqual(REVISIONS);
    for (const other of ['2026-07-29', '2025-11-25 ', 'latest', 'constructor', '', 1, null, undefined])
      expect(isRevision(other)).toBe(false);
  });

  test('has an era by its date, also one that this package has never heard of', () => {
    expect(REVISIONS.map((revision) => eraOf(revision))).toEqual(['legacy', 'legacy', 'legacy', 'legacy', 'modern']);
    expect(eraOf('2024-10-07')).toBe('legacy');
    expect(eraOf('2027-01-01')).toBe('modern');
    for (const other of ['draft', '1.0.0', '', '2026-7-28', '2026-07-28-rc', '2026-07-28\n']) expect(eraOf(other)).toBeUndefined();
  });

  test('is newest, newest before the change of era, or what a request without a version header is taken for', () => {
    expect(LATEST_REVISION).toBe(REVISIONS.at(-1));
    expect(LATEST_LEGACY_REVISION).toBe(legacyRevisions.at(-1));
    expect(ASSUMED_REVISION).toBe('2025-03-26');
  });
});

describe('an initialize handshake agrees on', () => {
  test('the requested version, where the server supports it', () => {
    for (const requested of legacyRevisions) expect(negotiateInitialize(requested, REVISIONS)).toBe(requested);
  });

  test('otherwise the newest one that has a handshake, in whatever order they are listed', () => {
    for (const requested of ['1.0.0', '2099-01-01', '2026-07-28', undefined, null, 7, ['2025-03-26']]) {
      expect(negotiateInitialize(requested, REVISIONS)).toBe('2025-11-25');
      expect(negotiateInitialize(requested, ['2025-06-18', '2024-11-05'])).toBe('2025-06-18');
      expect(negotiateInitialize(requested, ['2024-11-05', '2025-06-18'])).toBe('2025-06-18');
    }
  });

  test('nothing, where the server is modern only', () => {
    expect(negotiateInitialize('2025-11-25', ['2026-07-28'])).toBeUndefined();
    expect(negotiateInitialize('2025-11-25', [])).toBeUndefined();
  });
});

describe('a client chooses', () => {
  test('the newest version that both sides support', () => {
    expect(newestCommonVersion(REVISIONS, ['2026-07-28', '2025-11-25'])).toBe('2026-07-28');
    expect(newestCommonVersion(['2025-03-26', '2025-11-25'], ['2025-11-25', '2026-07-28', '2025-03-26'])).toBe('2025-11-25');
    expect(newestCommonVersion(['draft', '2024-11-05'], ['draft', '2024-11-05'])).toBe('2024-11-05');
    expect(newestCommonVersion(['draft'], ['draft'])).toBe('draft');
  });

  test('none, where there is none', () => {
    expect(newestCommonVersion(REVISIONS, ['1900-01-01'])).toBeUndefined();
    expect(newestCommonVersion(REVISIONS, [])).toBeUndefined();
  });
});
