import process from 'node:process';

/** The address of the server that watches: a URL, or a command and its arguments. */
export const address = process.argv.slice(2);
export const isHttp = address[0]?.startsWith('http:') ?? false;

const { MCP_CONFORMANCE_STEPS = '[]', MCP_CONFORMANCE_CONNECT_TIMEOUT_MS: limitMs } = process.env;
/** How long a handshake may take; undefined for the client's own limit. */
export const connectTimeoutMs = limitMs === undefined ? undefined : Number(limitMs);

/** Names of the tools in the last list. */
let listed = new Set();

/**
 * Follows the steps of the suite, and exits with 0 when each came out as expected, as soon as the client lets the process end.
 *
 * @param {{ connect(): Promise<void>, methods: Record<string, (params: object, options: object) => Promise<any>>, close(): Promise<void> }} client
 */
export async function follow({ connect, methods, close }) {
  let isRight = true;
  try {
    await connect();
    for (const step of JSON.parse(MCP_CONFORMANCE_STEPS)) {
      const outcomes = await Promise.all([step].flat().map((each) => perform(methods, each)));
      isRight = outcomes.every(Boolean) && isRight;
    }
  } catch (error) {
    tell(error);
    isRight = false;
  }
  await close().catch(tell);
  process.exitCode = isRight ? 0 : 1;
}

async function perform(methods, { method, params, expect = 'result', cancelAfterMs, progress, onlyIfListed }) {
  if (onlyIfListed && !listed.has(params.name)) return true;
  const signal = cancelAfterMs === undefined ? undefined : AbortSignal.timeout(cancelAfterMs);
  try {
    const result = await methods[method](params, { ...(signal && { signal }), ...(progress && { onprogress() {} }) });
    if (method === 'tools/list') listed = new Set(result.tools.map(({ name }) => name));
    return expect !== 'error';
  } catch (error) {
    if (expect === 'result') tell(error);
    return expect !== 'result';
  }
}

export function tell(error) {
  process.stderr.write(`${error.message}\n`);
}
