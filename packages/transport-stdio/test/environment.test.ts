import process from 'node:process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectNoLeftovers } from './support/leftovers.js';
import { startServer } from './support/servers.js';

expectNoLeftovers();

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The module as it is on that platform. */
async function environmentOn(platform: NodeJS.Platform): Promise<typeof import('../src/environment.js')> {
  vi.resetModules();
  const own = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
  Object.defineProperty(process, 'platform', { ...own, value: platform });
  try {
    return await import('../src/environment.js');
  } finally {
    Object.defineProperty(process, 'platform', own);
  }
}

describe('what a server gets to see of our environment', () => {
  test('on POSIX: what a program needs to run, and nothing else', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('GITHUB_TOKEN', 'secret');
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=512');
    vi.stubEnv('LOGNAME', 'me');
    const { peer } = await startServer([], { env: { ADDED: 'yes' } });
    const environment = await peer.request<Record<string, string>>('environment');
    expect(environment).toMatchObject({ ADDED: 'yes', LOGNAME: 'me', PATH: process.env.PATH });
    expect(JSON.stringify(environment)).not.toContain('secret');
    const allowed = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];
    expect(
      Object.keys(environment)
        .filter((name) => !allowed.includes(name))
        .sort(),
    ).toEqual(['ADDED', 'MCPWIRE_TEST']);
    await peer.close();
  });

  test('what is added wins', async () => {
    vi.stubEnv('USER', 'me');
    const { peer } = await startServer([], { env: { USER: 'somebody-else', TERM: '' } });
    expect(await peer.request('environment')).toMatchObject({ USER: 'somebody-else', TERM: '' });
    await peer.close();
  });

  test('an exported shell function is code, and stays here', async () => {
    vi.stubEnv('SHELL', '() { echo surprise; }');
    const { getDefaultEnvironment } = await environmentOn('linux');
    expect(getDefaultEnvironment()).not.toHaveProperty('SHELL');
  });

  test('a variable that is not set here is not set there', async () => {
    vi.stubEnv('TERM', undefined);
    const { getDefaultEnvironment } = await environmentOn('linux');
    expect(getDefaultEnvironment()).not.toHaveProperty('TERM');
  });

  test('on Windows: what its loader, its command search and its installers expect', async () => {
    const { DEFAULT_INHERITED_ENV_VARS, getDefaultEnvironment } = await environmentOn('win32');
    expect(DEFAULT_INHERITED_ENV_VARS).toEqual(
      expect.arrayContaining([
        'APPDATA',
        'COMSPEC',
        'LOCALAPPDATA',
        'PATH',
        'PATHEXT',
        'PROGRAMDATA',
        'PROGRAMFILES',
        'SYSTEMROOT',
        'TEMP',
        'TMP',
        'USERPROFILE',
        'WINDIR',
      ]),
    );
    expect(DEFAULT_INHERITED_ENV_VARS).not.toContain('HOME');
    vi.stubEnv('SYSTEMROOT', 'C:\\Windows');
    expect(getDefaultEnvironment()).toMatchObject({ SYSTEMROOT: 'C:\\Windows' });
  });

  test('on Windows what is added wins whatever its case', async () => {
    vi.stubEnv('PATH', 'C:\\inherited');
    const { createEnvironment } = await environmentOn('win32');
    const own = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
    Object.defineProperty(process, 'platform', { ...own, value: 'win32' });
    try {
      const environment = createEnvironment({ Path: 'C:\\added' });
      expect(environment).toMatchObject({ Path: 'C:\\added' });
      expect(environment).not.toHaveProperty('PATH');
    } finally {
      Object.defineProperty(process, 'platform', own);
    }
  });
});
