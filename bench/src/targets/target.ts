import type { Channel } from '../load/channel.js';
import type { EchoClient } from '../load/echo-client.js';

/** How to start a target's server program. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Feeds bytes to a decoder, which calls back for each message. */
export interface FramingDecoder {
  feed(chunk: Buffer): void;
}

/** The in-process half of a target: bytes to messages and back. */
export interface Framing {
  createDecoder(onmessage: (message: unknown) => void, onfault: (error: Error) => void): FramingDecoder;
  /** Message to the bytes that go on the wire. */
  encode(message: object): Uint8Array | Promise<Uint8Array>;
}

/** What can be imported by itself. `server` and `client` are those over stdio; `jsonrpc` to `protocol` are what transports are made of. */
export type ModuleName =
  | 'server'
  | 'client'
  | 'http-server'
  | 'http-client'
  | 'sse-server'
  | 'sse-client'
  | 'connect'
  | 'jsonrpc'
  | 'event-stream'
  | 'http'
  | 'protocol';

/** A module whose cold import is timed, and the package that is installed for it. */
export interface ImportedModule {
  readonly specifier: string;
  readonly packageName: string;
}

/** What a target has over HTTP. Its programs listen on loopback, say where on a line, and end with their input. */
export interface HttpParts {
  /** The server over Streamable HTTP; its argument is `json` or `sse`, the reply to give where it can choose. */
  readonly program?: string;
  /** The Accept header that makes it answer JSON, where that takes another than MCP clients send. */
  readonly acceptForJson?: string;
  /** The server that takes requests of revision 2026-07-28. */
  readonly modernProgram?: string;
  /** The server over HTTP+SSE of revision 2024-11-05; takes no arguments. */
  readonly sseProgram?: string;
  /** Connects this target's own client; `connections` is how many it may open, where it lets itself be told. */
  connect?(url: string, connections: number): Promise<EchoClient>;
  /** Connects this target's own client so that it comes back to its stream `waitMs` after that was cut, as often as it takes. */
  connectResuming?(url: string, waitMs: number): Promise<EchoClient>;
}

/** What a target has over gRPC, where it has no MCP. Its program listens on loopback, says where on a line, and ends with its input. */
export interface GrpcParts {
  readonly program: string;
  /** A call for each message, or one stream for all of them. */
  connect(url: string, way: 'call' | 'stream'): Promise<Channel>;
}

/** One implementation that the bench can drive. Everything heavy is imported inside its functions. */
export interface Target {
  readonly name: string;
  readonly title: string;
  /** `floor`: the least that does the work; `own`: this project; `peer`: somebody else's; `subject`: the reader's own server. */
  readonly role: 'floor' | 'own' | 'peer' | 'subject';
  readonly about: string;
  /** Scenarios that it takes part in, by name, beside those that name it themselves. */
  readonly joins?: readonly string[];
  /** The package whose version the report names. */
  readonly packageName?: string;
  /** The server program over stdio, in `programs/`; it takes no arguments. */
  readonly program?: string;
  /** Starts the server and connects this target's own client to it. */
  connect?(server: ServerCommand): Promise<EchoClient>;
  /** A server of the official SDK with an `echo` tool, over this target's transport. */
  readonly toolProgram?: string;
  /** Starts that server and connects a client of the official SDK; each request becomes a call of the tool. */
  connectTool?(server: ServerCommand): Promise<EchoClient>;
  /** What it is over HTTP. */
  readonly http?: HttpParts;
  readonly grpc?: GrpcParts;
  framing?(): Promise<Framing>;
  readonly modules?: Readonly<Partial<Record<ModuleName, ImportedModule>>>;
}
