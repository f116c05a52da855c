import { expect, it } from 'vitest';
import { toAuthInfo } from '../src/index.js';

it('a principal is an AuthInfo of the SDK, with nothing in it that is not known', () => {
  expect(toAuthInfo({ id: 'alice' })).toEqual({ token: '', clientId: 'alice', scopes: [] });
  const principal = { id: 'a', clientId: 'c', token: 't', scopes: ['read'] as const, expiresAtMs: 1_999, extra: { b: 1 } };
  const authInfo = toAuthInfo(principal);
  expect(authInfo).toEqual({ token: 't', clientId: 'c', scopes: ['read'], expiresAt: 1, extra: { b: 1 } });
  authInfo.scopes.push('write');
  expect(principal.scopes).toEqual(['read']);
});
