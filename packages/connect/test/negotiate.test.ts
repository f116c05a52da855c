import { createMemoryPair, JsonRpcError, Peer, type Transport } from '@mcpwire/jsonrpc';
import { MetaKey, unsupportedProtocolVersion } from '@mcpwire/protocol';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { describe, expect, it } from 'vitest';
import { type NegotiateOptions, negotiate } from '../src/negotiate.js';

const clientInfo = { name: 'test', version: '1' };
const referenceServer = new URL('../../../apps/reference-server/dist/cli.js', import.meta.url).pathname;

/** A server on the other end of a memory pair, and how often it was connected to. */
function server(handle: (peer: Peer) => void): { connect: () => Transport; peers: Peer[] } {
  const peers: Peer[] = [];
  return {
    peers,
    connect: () => {
      const [near, far] = createMemoryPair();
      const peer = new Peer(far);
      handle(peer);
      void peer.start();
      peers.push(peer);
      return near;
    },
  };
}

const initializes = (protocolVersion: string) => (peer: Peer) =>
  void peer.handle('initialize', () => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'old', version: '1' } }));
const discovers = (supportedVersions: string[]) => (peer: Peer) =>
  void peer.handle('server/discover', (params) => {
    const requested = (params._meta as Record<string, string>)[MetaKey.ProtocolVersion] as string;
    if (!supportedVersions.includes(requested)) throw unsupportedProtocolVersion(requested, supportedVersions);
    return {
      resultType: 'complete',
      supportedVersions,
      capabilities: { tools: {} },
      instructions: 'be kind',
      _meta: { [MetaKey.ServerInfo]: { name: 'new', version: '2' } },
    };
  });

async function agree(connect: () => Transport, options: Partial<NegotiateOptions> = {}) {
  await using connection = await negotiate(connect, { clientInfo, ...options });
  return connection.agreement;
}

describe('negotiate', () => {
  it('is modern with a server that answers server/discover', async () => {
    expect(await agree(server(discovers(['2026-07-28'])).connect)).toEqual({
      era: 'modern',
      revision: '2026-07-28',
      serverInfo: { name: 'new', version: '2' },
      serverCapabilities: { tools: {} },
      instructions: 'be kind',
      steps: [{ method: 'server/discover', revision: '2026-07-28', outcome: 'agreed', reason: 'The server speaks 2026-07-28.' }],
    });
  });

  it.each([-32601, -32602, -32600, -32000, 1])('initializes after error %d to server/discover', async (code) => {
    const { connect } = server((peer) => {
      initializes('2025-06-18')(peer);
      peer.handle('server/discover', () => {
        throw new JsonRpcError(code, 'no');
      });
    });
    const agreement = await agree(connect);
    expect(agreement).toMatchObject({ era: 'legacy', revision: '2025-06-18', serverInfo: { name: 'old' } });
    expect(agreement.steps.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
      'server/discover not-modern',
      'initialize agreed',
    ]);
  });

  it('initializes when server/discover is answered with what names no versions', async () => {
    const { connect } = server((peer) => {
      initializes('2025-11-25')(peer);
      peer.handle('server/discover', () => ({}));
    });
    expect(await agree(connect)).toMatchObject({ era: 'legacy', revision: '2025-11-25' });
    await expect(agree(connect, { revisions: ['2026-07-28'] })).rejects.toThrow(/supportedVersions/);
  });

  it('initializes when server/discover is met with silence', async () => {
    const { connect } = server((peer) => {
      initializes('2024-11-05')(peer);
      peer.handle('server/discover', () => new Promise(() => {}));
    });
    expect(await agree(connect, { probeTimeoutMs: 50 })).toMatchObject({ era: 'legacy', revision: '2024-11-05' });
  });

  it('initializes on a new connection when server/discover ended the first', async () => {
    const { connect, peers } = server((peer) => {
      initializes('2025-11-25')(peer);
      peer.handle('server/discover', () => {
        void peer.close();
      });
    });
    expect(await agree(connect)).toMatchObject({ era: 'legacy', revision: '2025-11-25' });
    expect(peers).toHaveLength(2);
  });

  it('takes another modern revision that the server offers', async () => {
    const { connect } = server(discovers(['2026-07-28']));
    const agreement = await agree(connect, { revisions: ['2026-07-28', '2027-01-01'] });
    expect(agreement).toMatchObject({ era: 'modern', revision: '2026-07-28' });
    expect(agreement.steps.map(({ outcome }) => outcome)).toEqual(['other-revision', 'agreed']);
  });

  it('initializes when what a modern server offers is legacy', async () => {
    const { connect } = server((peer) => {
      initializes('2025-11-25')(peer);
      discovers(['2025-11-25', '2025-06-18'])(peer);
    });
    expect(await agree(connect)).toMatchObject({ era: 'legacy', revision: '2025-11-25' });
  });

  it('asks once more for a revision that the server refuses and yet lists, and then says so', async () => {
    const refusing = (times: number) => {
      let asked = 0;
      return server((peer) =>
        peer.handle('server/discover', () => {
          if (++asked <= times) throw unsupportedProtocolVersion('2026-07-28', ['2026-07-28']);
          return { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} };
        }),
      );
    };
    const { steps, ...agreement } = await agree(refusing(1).connect);
    expect(agreement).toMatchObject({ era: 'modern', revision: '2026-07-28' });
    expect(steps.map(({ outcome }) => outcome)).toEqual(['other-revision', 'agreed']);
    await expect(agree(refusing(2).connect)).rejects.toMatchObject({
      code: -32022,
      message: expect.stringContaining('refuses 2026-07-28'),
    });
  });

  it('says which revisions there were when none is common', async () => {
    const { connect, peers } = server(discovers(['2030-01-01']));
    await expect(negotiate(connect, { clientInfo })).rejects.toMatchObject({ code: -32022, data: { supported: ['2030-01-01'] } });
    const old = server(initializes('2023-01-01'));
    await expect(negotiate(old.connect, { clientInfo, revisions: ['2025-11-25'] })).rejects.toThrow(/2025-11-25.*2023-01-01/);
    for (const peer of [...peers, ...old.peers]) expect(peer.transport.closeReason).toBeDefined();
  });

  it('does not initialize when no legacy revision is allowed', async () => {
    const { connect } = server(initializes('2025-11-25'));
    await expect(negotiate(connect, { clientInfo, revisions: ['2026-07-28'] })).rejects.toThrow(/no older revision was allowed/);
  });

  it('does not ask whether a server is modern when no modern revision is allowed', async () => {
    let asked = 0;
    const { connect } = server((peer) => {
      initializes('2025-11-25')(peer);
      peer.handle('server/discover', () => {
        asked++;
        return {};
      });
    });
    expect(await agree(connect, { revisions: ['2025-11-25'] })).toMatchObject({ era: 'legacy' });
    expect(asked).toBe(0);
  });

  it('can be aborted', async () => {
    const { connect, peers } = server((peer) => void peer.handle('server/discover', () => new Promise(() => {})));
    await expect(negotiate(connect, { clientInfo, signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ code: 'aborted' });
    expect(peers[0]?.transport.closeReason).toBeDefined();
  });

  it('has the notification that ends the handshake sent before the connection is used', async () => {
    const seen: string[] = [];
    const { connect } = server((peer) => {
      initializes('2025-11-25')(peer);
      peer.handleNotification('notifications/initialized', () => seen.push('initialized'));
      peer.handle('tools/list', (params) => {
        seen.push(`tools/list ${JSON.stringify(params)}`);
        return { tools: [] };
      });
    });
    await using connection = await negotiate(connect, { clientInfo });
    await connection.request('tools/list', { cursor: 'a' });
    expect(seen).toEqual(['initialized', 'tools/list {"cursor":"a"}']);
  });

  it('puts into every modern request what its revision demands', async () => {
    const { connect } = server((peer) => {
      discovers(['2026-07-28'])(peer);
      peer.handle('tools/list', (params) => ({ params }));
    });
    await using connection = await negotiate(connect, { clientInfo, capabilities: { elicitation: {} } });
    expect(await connection.request('tools/list', { cursor: 'a', _meta: { mine: 1 } })).toEqual({
      params: {
        cursor: 'a',
        _meta: {
          [MetaKey.ProtocolVersion]: '2026-07-28',
          [MetaKey.ClientInfo]: clientInfo,
          [MetaKey.ClientCapabilities]: { elicitation: {} },
          mine: 1,
        },
      },
    });
  });

  it('answers ping in the legacy era, also during the handshake, unless the user has a handler for it', async () => {
    const answers: unknown[] = [];
    const asks = (peer: Peer) => {
      peer.handle('initialize', async () => {
        answers.push(await peer.request('ping'));
        return { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'old', version: '1' } };
      });
      peer.handle('tools/list', async () => answers.push(await peer.request('ping')));
    };
    const { connect } = server(asks);
    await using connection = await negotiate(connect, { clientInfo });
    await connection.request('tools/list');
    expect(answers).toEqual([{}, {}]);
    const prepare = (peer: Peer) => void peer.handle('ping', () => ({ _meta: { mine: true } }));
    await using other = await negotiate(server(asks).connect, { clientInfo, prepare });
    expect(other.agreement.era).toBe('legacy');
    expect(answers.at(-1)).toEqual({ _meta: { mine: true } });
  });

  it.each([
    ['once it is agreed on', undefined],
    ['from the beginning, when there is nothing else', ['2026-07-28']],
  ])('answers nothing that a server of 2026-07-28 asks, %s, and says so', async (_, revisions) => {
    const settled: unknown[] = [];
    const asks = (peer: Peer) => {
      const ask = (method: string) => peer.request(method, undefined, { timeoutMs: 50 }).catch((error: Error) => settled.push(error));
      peer.handle('server/discover', async () => {
        if (revisions) await ask('ping');
        return { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} };
      });
      peer.handle('tools/list', async () => {
        await Promise.all([ask('ping'), ask('roots/list')]);
        return { resultType: 'complete', tools: [] };
      });
    };
    const errors: Error[] = [];
    const prepare = (peer: Peer) => {
      peer.onerror = (error) => errors.push(error);
      peer.handle('roots/list', () => ({ roots: [] }));
    };
    await using connection = await negotiate(server(asks).connect, { clientInfo, prepare, revisions });
    expect(await connection.request('tools/list')).toMatchObject({ tools: [] });
    const count = revisions ? 3 : 2;
    expect(settled).toHaveLength(count);
    for (const error of settled) expect(error).toMatchObject({ code: 'timeout' });
    expect(errors.filter((error) => 'code' in error && error.code === 'not-supported')).toHaveLength(count);
  });

  it('takes a result of an unknown kind for none, and one of no kind for a complete one', async () => {
    const { connect } = server((peer) => {
      discovers(['2026-07-28'])(peer);
      peer.handle('give', ({ resultType }) => ({ resultType, given: 1 }));
    });
    await using connection = await negotiate(connect, { clientInfo, resultTypes: ['com.example/later'] });
    for (const resultType of [undefined, 'complete', 'input_required', 'com.example/later']) {
      expect(await connection.request('give', { resultType })).toMatchObject({ given: 1 });
    }
    for (const resultType of ['task', '', 7, null]) {
      await expect(connection.request('give', { resultType })).rejects.toMatchObject({ code: 'bad-response', details: { resultType } });
    }
  });

  it('leaves results of the legacy era as they are', async () => {
    const { connect } = server((peer) => {
      initializes('2025-11-25')(peer);
      peer.handle('give', () => ({ resultType: 'whatever' }));
    });
    await using connection = await negotiate(connect, { clientInfo });
    expect(await connection.request('give')).toEqual({ resultType: 'whatever' });
  });

  it.each([
    ['2026-07-28', 'modern'],
    ['2025-11-25', 'legacy'],
    ['2024-11-05', 'legacy'],
  ])('agrees with a real server over stdio on %s', async (revision, era) => {
    const connect = () => new StdioClientTransport({ command: process.execPath, args: [referenceServer, 'stdio'] });
    await using connection = await negotiate(connect, { clientInfo, revisions: [revision] });
    expect(connection.agreement).toMatchObject({ era, revision });
    const call = { name: 'echo', arguments: { text: 'hello' } };
    expect(await connection.request('tools/call', call)).toMatchObject({ content: [{ type: 'text', text: 'hello' }] });
  });

  it('passes on why a server could not be started', async () => {
    const connect = () => new StdioClientTransport({ command: 'no-such-command-anywhere' });
    await expect(negotiate(connect, { clientInfo })).rejects.toMatchObject({ code: 'spawn-failed' });
  });
});
