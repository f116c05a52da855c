import { createParser, type EventSourceMessage, type EventSourceParser, type ParseError } from 'eventsource-parser';

export interface BlockParserOptions {
  onevent: (event: EventSourceMessage) => void;
  /** An id came without data, so without an event. */
  onid: (id: string) => void;
  onretry: (retryMs: number) => void;
  oncomment: ((comment: string) => void) | undefined;
  /** The first line that the rules ignore. */
  onignored: (line: string, why: 'invalid-retry' | 'unknown-field') => void;
}

/** The lines that mean something, each with its LF. Not by `^`, which takes U+2028 for a line end too. */
const MEANINGFUL_LINES = /(?<![^\n])(?:(?:data|event|id)(?::[^\n]*)?|retry: ?[0-9]+|:[^\n]*|)\n/g;
/** How much `eventsource-parser` is given at once while nobody knows whether its lines mean something. */
const PIECE_CHARACTERS = 4096;

/**
 * Reads the fields of whole blocks. `eventsource-parser` does it, spared what it is not made for: it sees no CR, nothing unfinished
 * and no byte order mark, an id without data is read here, and so are streams with lines that mean nothing.
 */
export class BlockParser {
  readonly #options: BlockParserOptions;
  readonly #parser: EventSourceParser;
  /** Whether the block being parsed held an event. */
  #dispatched = false;
  #ignoredLine = false;

  constructor(options: BlockParserOptions) {
    this.#options = options;
    this.#parser = createParser({
      onEvent: (event) => {
        this.#dispatched = true;
        options.onevent(event);
      },
      onRetry: options.onretry,
      onComment: options.oncomment,
      onError: (error) => this.#ignored(error),
    });
    // It takes three Latin-1 characters that spell a byte order mark for one, on its first call only.
    this.#parser.feed('');
  }

  /** `text` ends with a line end, and nothing of it belongs to a block that ends later. */
  parse(text: string): void {
    // With LF alone the parser stays on its fast path, and waits for nothing after a CR.
    let lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
    if (lines.includes('\r')) lines = lines.replaceAll('\r', '\n');
    if (lines.includes('\nid') || lines.startsWith('id')) this.#parseWithIds(lines);
    else this.#feed(lines);
  }

  /** One block at a time: the parser says nothing of an id that comes without data, yet it counts. */
  #parseWithIds(lines: string): void {
    let end: number;
    for (let start = 0; start < lines.length; start = end) {
      const blankLine = lines.indexOf('\n\n', start);
      end = blankLine === -1 ? lines.length : blankLine + 2;
      const block = lines.slice(start, end);
      this.#dispatched = false;
      this.#feed(block);
      const id = this.#dispatched || blankLine === -1 ? undefined : idOf(block);
      if (id !== undefined) this.#options.onid(id);
    }
  }

  /**
   * The parser makes an Error of every line that it ignores, which costs a hundred times more than a line that counts. So it is given
   * whole lines in pieces, and from the first such line on only those that mean something.
   */
  #feed(lines: string): void {
    let end: number;
    for (let start = 0; start < lines.length; start = end) {
      end = lines.indexOf('\n', start + PIECE_CHARACTERS) + 1 || lines.length;
      const piece = lines.slice(start, end);
      this.#parser.feed(this.#ignoredLine ? (piece.match(MEANINGFUL_LINES) ?? []).join('') : piece);
    }
  }

  #ignored({ type, line = '' }: ParseError): void {
    if (this.#ignoredLine) return;
    this.#ignoredLine = true;
    this.#options.onignored(line, type === 'invalid-retry' ? type : 'unknown-field');
  }
}

/** The id that a block without data sets, if any (WHATWG, "Interpreting an event stream": dispatching begins with the id). */
function idOf(block: string): string | undefined {
  let id: string | undefined;
  for (const line of block.split('\n')) {
    const value = line === 'id' ? '' : /^id: ?(.*)$/s.exec(line)?.[1];
    if (value !== undefined && !value.includes('\0')) id = value;
  }
  return id;
}
