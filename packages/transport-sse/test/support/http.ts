import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { until } from './until.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request as it is, without any client of ours. */
export function send(url: string, method: string, headers: Record<string, string> = {}, body: string | Uint8Array = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function post(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const body = typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message);
  return send(url, 'POST', { 'content-type': 'application/json', ...headers }, body);
}

/** An event stream as bytes. */
export class RawStream {
  text = '';
  ended = false;
  status = 0;
  headers: IncomingHttpHeaders = {};
  readonly #url: string;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#url = url;
    this.#request = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, (response) => {
      this.#response = response;
      this.status = response.statusCode as number;
      this.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        this.text += chunk;
      });
      response.on('error', () => {});
      response.on('close', () => {
        this.ended = true;
      });
    });
    this.#request.on('error', () => {
      this.ended = true;
    });
    this.#request.end();
  }

  async until(part: string | RegExp): Promise<string> {
    await until(
      () => `the stream has ${part}; it has ${JSON.stringify(this.text)}`,
      () => (typeof part === 'string' ? this.text.includes(part) : part.test(this.text)),
    );
    return this.text;
  }

  async untilEnded(): Promise<void> {
    await until('the stream ends', () => this.ended);
  }

  /** Where to post to, as a client finds it. */
  async endpoint(): Promise<string> {
    await this.until(/^event: endpoint\ndata: .*\n\n/);
    return new URL(this.text.split('\n')[1]?.slice('data: '.length) as string, this.#url).href;
  }

  /** The data of each message event so far. */
  get messages(): unknown[] {
    return [...this.text.matchAll(/^event: message\ndata: (.*)\n$/gm)].map(([, data]) => JSON.parse(data as string));
  }

  pause(): void {
    this.#response?.pause();
  }

  close(): void {
    this.#request.destroy();
  }
}
