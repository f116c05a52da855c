import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type HttpHandler, readBodyText, textResponse } from '@mcpwire/http';
import { describe, expect, test } from 'vitest';
import { bundleForBrowser } from './support/bundle.js';
import { findChromium, Page } from './support/chromium.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { echo, SseServer } from './support/sse-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

const chromium = findChromium();
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Serves the page beside the handler, opens it, and waits for what it reports. */
async function outcomeOf(script: string): Promise<{ outcome: Record<string, unknown>; server: SseServer }> {
  let outcome: Record<string, unknown> | undefined;
  const withPage =
    (handler: HttpHandler): HttpHandler =>
    async (request) => {
      if (request.path === '/page') {
        const body = `<!doctype html><meta charset="utf-8"><script type="module">${script.replaceAll('</script', '<\\/script')}</script>`;
        return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
      }
      if (request.path === '/outcome') {
        outcome = JSON.parse(await readBodyText(request));
        return textResponse(200, 'thanks');
      }
      return handler(request);
    };
  const server = await SseServer.start({ onconnect: echo }, {}, withPage);
  const page = Page.open(chromium as string, `${server.origin}/page`);
  try {
    await until('the page reports', () => outcome !== undefined, 60_000);
    await until('its connection has ended', () => server.clients[0]?.closings.length === 1);
  } finally {
    await page.close();
    await server.close();
  }
  return { outcome: outcome as Record<string, unknown>, server };
}

const results = [{ method: 'first' }, { method: 'second', params: { text: 'ünïcödé 🎉\nline two' } }];

describe.skipIf(chromium === undefined)('a page in Chromium (skipped where there is none: install chromium, or set CHROME_PATH)', () => {
  test('talks to our server through EventSource and fetch', async () => {
    const { outcome, server } = await outcomeOf(readFileSync(fixture('page-event-source.js'), 'utf8'));
    expect(outcome).toEqual({ endpoint: '/messages', statuses: ['202 Accepted', '202 Accepted'], results });
    expect(server.clients).toHaveLength(1);
    expect(server.clients[0]?.closings).toEqual([{ kind: 'peer-gone' }]);
  }, 90_000);

  test('talks to our server through our client over fetch', async () => {
    const { outcome, server } = await outcomeOf(bundleForBrowser(fixture('page-client.js')));
    expect(outcome).toEqual({
      endpoint: '/closed',
      closeReason: { kind: 'closed' },
      results,
      large: true,
      many: Array.from({ length: 50 }, (_, n) => n),
    });
    expect(server.clients).toHaveLength(1);
  }, 90_000);
});
