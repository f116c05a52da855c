import process from 'node:process';

/** Lines over stdin and stdout. `faults/stdio.js` breaks it. */
export class StdioWire {
  /** Bytes of a line that is not complete. */
  rest = Buffer.alloc(0);

  /** @param {(wire: StdioWire) => { receive(text: string): void, stop(): void }} connect makes the server that speaks over it */
  constructor(connect) {
    this.server = connect(this);
  }

  start() {
    process.stdin.on('data', (chunk) => this.chunk(chunk));
    process.stdin.on('end', () => this.end());
    process.on('SIGTERM', () => this.terminate());
  }

  chunk(chunk) {
    // Quadratic for long lines, and quick enough for one of 10 MB: concatenation copies what came so far.
    this.parts ??= [];
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      this.parts.push(chunk.subarray(start, at));
      const line = Buffer.concat(this.parts);
      this.parts = [];
      start = at + 1;
      this.line(line);
    }
    this.parts.push(chunk.subarray(start));
  }

  line(bytes) {
    const text = bytes.toString('utf8');
    if (text.trim() !== '') this.server.receive(text);
  }

  send(message) {
    this.write(`${this.stringify(message)}\n`);
  }

  stringify(message) {
    return JSON.stringify(message);
  }

  write(text) {
    process.stdout.write(text);
  }

  end() {
    this.server.stop();
    this.exit();
  }

  terminate() {
    this.server.stop();
    this.exit();
  }

  exit() {
    process.stdout.write('', () => process.exit(0));
  }
}
