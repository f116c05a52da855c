import process from 'node:process';
import { override } from './override.js';

const REVISION = '2025-11-25';
const MODERN = '2026-07-28';

/** Faults of lines, streams and processes. */
export const stdio = {
  'decodes-chunks': {
    is: 'decodes what it reads before the line is complete',
    caughtBy: ['stdio/split-writes'],
    revision: REVISION,
    apply: ({ wire }) => override(wire, 'chunk', (old, chunk) => old(Buffer.from(chunk.toString('utf8')))),
    neighbours: { 'jsonrpc/request-answered-once': 'the id comes back broken' },
  },
  'first-of-many': {
    is: 'reads twenty lines at a time, and drops the others',
    caughtBy: ['stdio/many-in-one-write'],
    neighbours: { 'jsonrpc/pipelined': 'sometimes: its messages may come in one read' },
    revision: REVISION,
    apply: ({ wire }) => {
      let lines = 0;
      override(wire, 'chunk', (old, chunk) => {
        lines = 0;
        old(chunk);
      });
      override(wire, 'line', (old, bytes) => {
        if (++lines <= 20) old(bytes);
      });
    },
  },
  'no-json-parser': {
    is: 'finds messages by how they begin',
    caughtBy: ['stdio/white-space'],
    revision: REVISION,
    apply: ({ wire }) =>
      override(wire, 'line', (old, bytes) => {
        const text = bytes.toString();
        if (!/^\s+\{ "params"/.test(text)) old(bytes);
      }),
  },
  'no-carriage-returns': {
    is: 'ignores lines that end with a carriage return',
    caughtBy: ['stdio/crlf'],
    revision: REVISION,
    apply: ({ wire }) =>
      override(wire, 'line', (old, bytes) => {
        if (bytes.at(-1) !== 13) old(bytes);
      }),
  },
  'dies-of-empty-line': {
    is: 'dies of an empty line',
    caughtBy: ['stdio/empty-lines'],
    revision: REVISION,
    apply: ({ wire }) => override(wire, 'line', (old, bytes) => (bytes.length === 0 ? process.exit(1) : old(bytes))),
  },
  'dies-of-invalid-utf8': {
    is: 'dies of a line that is not UTF-8',
    caughtBy: ['stdio/invalid-utf8'],
    revision: REVISION,
    apply: ({ wire }) =>
      override(wire, 'line', (old, bytes) => {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        old(bytes);
      }),
  },
  'ascii-only': {
    is: 'writes nothing but ASCII',
    caughtBy: ['transports/utf-8'],
    neighbours: {
      'stdio/split-writes': 'its message has more than ASCII, too',
      'jsonrpc/request-answered-once': 'the id comes back broken',
    },
    revision: REVISION,
    apply: ({ wire }) => override(wire, 'stringify', (old, message) => old(message).replace(/[^\x20-\x7e]/g, '?')),
  },
  latin1: {
    is: 'writes Latin-1',
    caughtBy: ['transports/utf-8'],
    neighbours: {
      'stdio/stdout-only-messages': 'what is no UTF-8 is no message',
      'stdio/split-writes': 'its message has more than ASCII, too',
    },
    revision: MODERN,
    apply: ({ wire }) => {
      wire.write = (text) => process.stdout.write(Buffer.from(text, 'latin1'));
    },
  },
  'answers-arrays': {
    is: 'answers arrays with arrays',
    caughtBy: ['stdio/message-single'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'receiveArray', (_, batch) => {
        const answers = [];
        for (const element of batch) server.receiveOne(element, (answer) => answers.push(answer));
        server.send(answers);
      }),
  },
  'small-lines': {
    is: 'drops lines of more than a megabyte without a word',
    caughtBy: ['stdio/large-messages'],
    revision: REVISION,
    apply: ({ wire }) =>
      override(wire, 'line', (old, bytes) => {
        if (bytes.length < 1_000_000) old(bytes);
      }),
  },
  banner: {
    is: 'greets on stdout',
    caughtBy: ['stdio/stdout-only-messages'],
    revision: REVISION,
    apply: ({ wire }) =>
      override(wire, 'start', (old) => {
        process.stdout.write('Server is running!\n');
        old();
      }),
  },
  'blank-lines': {
    is: 'writes an empty line after each message',
    caughtBy: ['stdio/stdout-only-messages'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'stringify', (old, message) => `${old(message)}\n`),
  },
  'pretty-print': {
    is: 'writes some messages over several lines',
    caughtBy: ['stdio/message-no-newline', 'stdio/stdout-only-messages'],
    neighbours: { 'lifecycle/operation-version': 'a list is among them' },
    revision: REVISION,
    apply: ({ wire }) =>
      override(wire, 'stringify', (old, message) => (message.result?.prompts ? JSON.stringify(message, undefined, 2) : old(message))),
  },
  'ignores-eof': {
    is: 'goes on when its stdin has ended',
    caughtBy: ['stdio/shutdown-exit-on-eof'],
    revision: REVISION,
    apply: ({ wire }) => {
      wire.end = () => setInterval(() => {}, 60_000);
    },
  },
  'ignores-sigterm': {
    is: 'goes on after SIGTERM',
    caughtBy: ['stdio/shutdown-exit-on-sigterm'],
    revision: REVISION,
    apply: ({ wire }) => {
      wire.terminate = () => {};
    },
  },
};
