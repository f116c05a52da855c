import type { IncomingMessage } from 'node:http';
import { ToolError } from '../tools/tool.js';

const TEXT_TYPE = /^(?:text\/[^;\s]+|application\/(?:[^;\s]+\+)?(?:json|xml))$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;

/**
 * The body of an answer as text, never more than `maxBytes` of it in memory.
 *
 * @throws ToolError for another status than 2xx, a body that is too long, or one that is not text in a known encoding.
 */
export async function readText(url: URL, response: IncomingMessage, maxBytes: number): Promise<string> {
  try {
    const { statusCode = 0, statusMessage, headers } = response;
    if (statusCode < 200 || statusCode > 299) throw new ToolError(`${url} answered ${statusCode} ${statusMessage}.`);
    const type = headers['content-type'] ?? 'text/plain';
    if (!TEXT_TYPE.test(type.split(';', 1)[0]?.trim() ?? '')) throw new ToolError(`${url} is ${type}, which is not text.`);
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw new ToolError(`${url} is encoded as ${encoding}, which was not asked for.`);
    return decode(url, await readBody(url, response, maxBytes), CHARSET.exec(type)?.[1] ?? 'utf-8');
  } finally {
    response.destroy();
  }
}

async function readBody(url: URL, response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(response.headers['content-length'] ?? 0);
  const tooLong = (bytes: string): ToolError =>
    new ToolError(`${url} is ${bytes} bytes long, and maxBytes is ${maxBytes}. Raise maxBytes, if it may be raised.`);
  if (announced > maxBytes) throw tooLong(`${announced}`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong(`at least ${bytes}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(url: URL, body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch (cause) {
    throw new ToolError(`${url} is not text in ${charset}, as it says.`, { cause });
  }
}
