/** The beginning of a response: everything before its body. */
export interface HttpHead {
  readonly status: number;
  readonly reason: string;
  /** `1.1`, as a rule. */
  readonly version: string;
  /** Values by name in lower case; a field that came several times is joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names and values as they came, in order. */
  readonly fields: readonly (readonly [string, string])[];
}

export interface ResponseReaderOptions {
  /** The method of the request: a response to HEAD has no body. */
  readonly method: string;
  onhead(head: HttpHead): void;
  onbody(chunk: Uint8Array): void;
  /** The response is over. `reusable`: another request may be sent over the same connection. */
  onend(reusable: boolean): void;
  /** What came is no HTTP/1.1, from here on: `why` is the end of a sentence about the response. */
  onfault(why: string): void;
}

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 4 * 1024;
const LF = 0x0a;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const STATUS_LINE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;
/** What a field value may not have: control characters but the tab. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

type State = 'head' | 'length' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'until-close' | 'done' | 'failed';

/**
 * Reads one response of HTTP/1.1 (RFC 9112), strictly and in any split: status line, fields, and a body with a length, in chunks or up to
 * the end of the connection. Interim responses (1xx) are skipped. Nothing about it is mended; each byte is looked at once.
 */
export class HttpResponseReader {
  readonly #options: ResponseReaderOptions;
  #state: State = 'head';
  /** An unfinished head or line. */
  #held: Buffer = Buffer.alloc(0);
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0;
  #keepsAlive = true;

  constructor(options: ResponseReaderOptions) {
    this.#options = options;
  }

  /** Whether any byte of a response came. */
  started = false;

  feed(bytes: Uint8Array): void {
    this.started = true;
    let chunk: Buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (chunk.length > 0) {
      switch (this.#state) {
        case 'head':
          chunk = this.#feedHead(chunk);
          break;
        case 'chunk-size':
        case 'chunk-end':
        case 'trailers':
          chunk = this.#feedLine(chunk);
          break;
        case 'length':
        case 'chunk-data': {
          const part = chunk.subarray(0, this.#left);
          this.#left -= part.length;
          chunk = chunk.subarray(part.length);
          this.#options.onbody(part);
          if (this.#left === 0) this.#state === 'length' ? this.#end() : this.#expect('chunk-end');
          break;
        }
        case 'until-close':
          this.#options.onbody(chunk);
          return;
        case 'done':
          this.#fail('is followed by bytes that belong to nothing');
          return;
        case 'failed':
          return;
      }
    }
  }

  /** The connection ended, by a FIN or in some worse way. */
  close(orderly: boolean): void {
    if (this.#state === 'done' || this.#state === 'failed') return;
    if (this.#state === 'until-close' && orderly) {
      this.#keepsAlive = false;
      this.#end();
      return;
    }
    if (this.#state === 'head' && !this.started) this.#fail('never came: the server closed the connection');
    else this.#fail(this.#state === 'head' ? 'broke off in its head' : 'broke off in its body: the server closed the connection');
  }

  #feedHead(chunk: Buffer): Buffer {
    const before = this.#held.length;
    const all = before === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    // The four bytes may lie across the border of two chunks.
    const end = all.indexOf('\r\n\r\n', Math.max(0, before - 3), 'latin1');
    if (end < 0) {
      if (all.length > MAX_HEAD_BYTES) this.#fail(`has a head of more than ${MAX_HEAD_BYTES} bytes`);
      else if (all.length >= 5 && all.subarray(0, 5).toString('latin1') !== 'HTTP/')
        this.#fail('is no HTTP: it does not begin with "HTTP/"');
      else if (/(?:^|[^\r])\n(?:\r?\n)/.test(all.toString('latin1'))) this.#fail('has lines in its head that end without a CR');
      this.#held = all;
      return Buffer.alloc(0);
    }
    this.#held = Buffer.alloc(0);
    this.#parseHead(all.subarray(0, end).toString('latin1'));
    return all.subarray(end + 4);
  }

  #parseHead(text: string): void {
    const [first = '', ...lines] = text.split('\r\n');
    const status = STATUS_LINE.exec(first);
    if (!status) return this.#fail(`has a status line that is none: ${JSON.stringify(first.slice(0, 100))}`);
    const fields: [string, string][] = [];
    const headers: Record<string, string | undefined> = Object.create(null);
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(colon, 0));
      const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
      if (!TOKEN.test(name) || CONTROL.test(value))
        return this.#fail(`has a header line that is none: ${JSON.stringify(line.slice(0, 100))}`);
      fields.push([name, value]);
      const key = name.toLowerCase();
      headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
    }
    const code = Number(status[2]);
    if (code < 200 && code !== 101) return;
    const head: HttpHead = { status: code, reason: status[3] ?? '', version: status[1] ?? '', headers, fields };
    this.#begin(head);
  }

  #begin(head: HttpHead): void {
    const { status, headers, version } = head;
    const connection = (headers.connection ?? '').toLowerCase();
    this.#keepsAlive = version === '1.1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
    const length = headers['content-length'];
    const coding = headers['transfer-encoding'];
    if (length !== undefined && coding !== undefined) return this.#fail('has both a Content-Length and a Transfer-Encoding');
    // The same value twice is allowed; two different ones are how responses are smuggled.
    const lengths = new Set(length?.split(',').map((each) => each.trim()));
    if (length !== undefined && (lengths.size !== 1 || !/^\d{1,15}$/.test([...lengths][0] ?? '')))
      return this.#fail(`has a Content-Length that is none: ${JSON.stringify(length)}`);
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') return this.#fail(`has an unknown Transfer-Encoding: ${coding}`);
    const bodiless = this.#options.method === 'HEAD' || status === 204 || status === 304 || status === 101;
    if (bodiless) this.#state = 'done';
    else if (coding !== undefined) this.#expect('chunk-size');
    else if (length !== undefined) {
      this.#left = Number([...lengths][0]);
      this.#state = this.#left === 0 ? 'done' : 'length';
    } else {
      this.#state = 'until-close';
    }
    const over = this.#state === 'done';
    this.#options.onhead(head);
    if (over) this.#end();
  }

  #feedLine(chunk: Buffer): Buffer {
    const end = chunk.indexOf(LF);
    const part = end < 0 ? chunk : chunk.subarray(0, end + 1);
    const line = this.#held.length === 0 ? part : Buffer.concat([this.#held, part]);
    const rest = chunk.subarray(part.length);
    if (line.length > MAX_LINE_BYTES) this.#fail(`has a line between chunks of more than ${MAX_LINE_BYTES} bytes`);
    else if (end < 0) this.#held = Buffer.from(line);
    else {
      this.#held = Buffer.alloc(0);
      const text = line.toString('latin1');
      if (!text.endsWith('\r\n')) this.#fail('has a line between chunks that ends without a CR');
      else this.#line(text.slice(0, -2));
    }
    return rest;
  }

  #line(text: string): void {
    if (this.#state === 'chunk-end') {
      if (text !== '') this.#fail('has a chunk that is longer than it said');
      else this.#expect('chunk-size');
    } else if (this.#state === 'trailers') {
      if (text === '') this.#end();
    } else {
      const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(text)?.[1];
      if (size === undefined) return this.#fail(`has a chunk whose size is none: ${JSON.stringify(text.slice(0, 60))}`);
      this.#left = Number.parseInt(size, 16);
      this.#expect(this.#left === 0 ? 'trailers' : 'chunk-data');
    }
  }

  #expect(state: State): void {
    this.#state = state;
  }

  #end(): void {
    this.#state = 'done';
    this.#options.onend(this.#keepsAlive);
  }

  #fail(why: string): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#options.onfault(why);
  }
}
