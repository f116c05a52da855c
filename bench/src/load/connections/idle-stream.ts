import { connect, type Socket } from 'node:net';
import { type StreamKind, stepsOf } from './stream-kind.js';

/** Where a stream is to be opened, and where it is to come from. */
export interface StreamRequest {
  readonly kind: StreamKind;
  readonly url: string;
  /** Undefined: as the system chooses. */
  readonly localAddress: string | undefined;
  /** Called for each comment that arrives, with the bytes that came with it, the framing of HTTP included. */
  readonly onbeat: (bytes: number) => void;
  /** Called once, when the stream is no more, unless `close` brought it about. */
  readonly ondrop: (stream: IdleStream) => void;
}

const openTimeoutMs = 20_000;

/** Status and body of an answer. */
function toShortText(answer: string): string {
  return `${answer.slice(9, answer.indexOf('\r\n'))} ${answer.slice(answer.indexOf('\r\n\r\n') + 4)}`.trim().slice(0, 300);
}

/** An event stream that is held and hardly looked at: tens of thousands of them must cost the client little. */
export class IdleStream {
  readonly #socket: Socket;
  readonly #onbeat: (bytes: number) => void;
  readonly #ondrop: (stream: IdleStream) => void;
  #marker = '';
  #onmarker: () => void = () => {};
  /** The end of what came last, where that was not the end of a line. */
  #rest = '';

  private constructor(socket: Socket, { onbeat, ondrop }: StreamRequest) {
    this.#socket = socket;
    this.#onbeat = onbeat;
    this.#ondrop = ondrop;
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', () => {});
    socket.on('close', () => this.#ondrop(this));
  }

  /**
   * Opens a stream.
   * @throws Error with the system's code, or with what the server answered instead; `ETIMEDOUT` after 20 s.
   */
  static open(request: StreamRequest): Promise<IdleStream> {
    const { hostname, port, host, pathname } = new URL(request.url);
    const { localAddress } = request;
    const steps = stepsOf[request.kind];
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true, ...(localAddress !== undefined && { localAddress }) });
      let received = '';
      let answer = '';
      let step = 0;
      const fail = (error: Error): void => {
        socket.removeAllListeners().on('error', () => {});
        socket.destroy();
        reject(error);
      };
      const ask = (): void => {
        const { write } = steps[step] as (typeof steps)[number];
        try {
          answer = '';
          socket.write(write(host, pathname, received));
        } catch (error) {
          fail(error as Error);
        }
      };
      socket.setEncoding('latin1');
      socket.setTimeout(openTimeoutMs, () =>
        fail(Object.assign(new Error(`a stream was not open within ${openTimeoutMs} ms`), { code: 'ETIMEDOUT' })),
      );
      socket.on('error', fail);
      socket.on('close', () =>
        fail(new Error(`the server closed the connection${answer === '' ? '' : ` after ${JSON.stringify(answer.slice(0, 200))}`}`)),
      );
      socket.on('data', (text: string) => {
        received += text;
        answer += text;
        if (/^HTTP\/1\.1 [345]/.test(answer)) return fail(new Error(`the server answered ${toShortText(answer)}`));
        if (!answer.includes((steps[step] as (typeof steps)[number]).until)) return;
        if (++step < steps.length) return ask();
        socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error').setTimeout(0);
        resolve(new IdleStream(socket, request));
      });
      ask();
    });
  }

  /** Has `onmarker` called once, when `marker` has come. */
  expect(marker: string, onmarker: () => void): void {
    this.#marker = marker;
    this.#onmarker = onmarker;
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #take(piece: string): void {
    const text = this.#rest + piece;
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.slice(end);
    // Chunked encoding puts a line before each comment.
    if (text.startsWith(':') || text.includes('\n:')) this.#onbeat(piece.length);
    if (this.#marker === '' || !text.includes(this.#marker)) return;
    this.#marker = '';
    this.#onmarker();
  }
}
