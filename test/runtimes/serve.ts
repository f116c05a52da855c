import type { HttpHandler } from '../../packages/http/dist/index.js';
import { toFetchHandler } from '../../packages/http/dist/web.js';

type FetchHandler = (request: Request) => Promise<Response> | Response;

/** As much as is used of what Bun and Deno have beside the web's own names. */
interface BunRuntime {
  version: string;
  serve(options: { hostname: string; port: number; idleTimeout: number; fetch: FetchHandler }): {
    port: number;
    stop(now: boolean): Promise<void>;
  };
}
interface DenoRuntime {
  version: { deno: string };
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: FetchHandler,
  ): { addr: { port: number }; shutdown(): Promise<void> };
}
const { Bun: bun, Deno: deno } = globalThis as { Bun?: BunRuntime; Deno?: DenoRuntime };

/** Its name and version, for the report. */
export const runtime: string = bun ? `Bun ${bun.version}` : deno ? `Deno ${deno.version.deno}` : 'neither Bun nor Deno';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a handler by the runtime's own HTTP server, through the web adapter. */
export function serve(handler: HttpHandler): Served {
  const fetchHandler = toFetchHandler(handler, { onerror: () => {} });
  const hostname = '127.0.0.1';
  if (bun) {
    // Streams may be quiet for longer than its ten seconds.
    const server = bun.serve({ hostname, port: 0, idleTimeout: 0, fetch: (request) => fetchHandler(request) });
    return { url: `http://${hostname}:${server.port}`, close: () => closing(fetchHandler.close({ graceMs: 0 }), server.stop(true)) };
  }
  if (deno) {
    const server = deno.serve({ hostname, port: 0, onListen: () => {} }, (request) => fetchHandler(request));
    return { url: `http://${hostname}:${server.addr.port}`, close: () => closing(fetchHandler.close({ graceMs: 0 }), server.shutdown()) };
  }
  throw new Error('This is for Bun and Deno: node scripts/test-runtimes.js bun deno');
}

async function closing(...parts: Promise<void>[]): Promise<void> {
  await Promise.all(parts);
}
