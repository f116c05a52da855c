import type { Revision } from '@mcpwire/protocol';
import { describe, expect, test } from 'vitest';
import { checks } from '../src/checks/index.js';
import { run } from '../src/index.js';
import { suites } from './broken-servers/http-suites.js';
import { expectCaught } from './support.js';

/** As it is used here: plain JavaScript, so that the matrix runs without a compiler, has its types said where they matter. */
interface Suite {
  title: string;
  transport: 'sse' | 'streamable-http';
  faults: Record<string, { is: string; caughtBy: string[]; revision?: Revision }>;
  options: object;
  revisions: readonly Revision[];
  start(name?: string): Promise<{ url: string; headers?: Record<string, string>; close(): Promise<void> }>;
  isOwn(check: (typeof checks)[number]): boolean;
  variants?: Record<string, readonly string[]>;
}

describe.each(Object.values(suites) as unknown as Suite[])('$title', (suite) => {
  const { transport, faults, options, start, isOwn } = suite;
  const own = checks.filter(isOwn);

  const passed = new Set<string>();

  for (const [name, warns] of Object.entries<readonly string[]>(suite.variants ?? { '': [] })) {
    test(`the correct server${name && ` (${name})`} passes every check that applies`, async () => {
      const server = await start(name || undefined);
      try {
        const report = await run({ target: { transport, url: server.url, headers: server.headers ?? {} }, ...options });
        const troubled = report.outcomes.filter(
          ({ check, verdict }) => verdict !== 'pass' && verdict !== 'not-applicable' && !warns.includes(check),
        );
        expect(troubled).toEqual([]);
        for (const { check, verdict } of report.outcomes) if (verdict === 'pass') passed.add(check);
      } finally {
        await server.close();
      }
    }, 60_000);
  }

  test('each of its own checks is passed by a correct server', () => {
    expect(own.filter(({ id }) => !passed.has(id)).map(({ id }) => id)).toEqual([]);
  });

  // The whole table, every server against every check, is made by `pnpm conformance:matrix`.
  describe.concurrent('a broken server is caught', () => {
    for (const [name, { is, caughtBy, revision }] of Object.entries(faults)) {
      test(`one that ${is} (${name})`, async () => {
        const server = await start(name);
        try {
          const report = await run({
            target: { transport, url: server.url, headers: server.headers ?? {} },
            ...(revision && { revisions: [revision] }),
            ...options,
            knownRevisions: suite.revisions,
            only: caughtBy,
          });
          expectCaught(report, caughtBy);
        } finally {
          await server.close();
        }
      }, 60_000);
    }
  });
});
