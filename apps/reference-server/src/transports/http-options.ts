import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from './transport.js';

/** What the transports over HTTP can be told. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** A certificate made for this start, for localhost, when neither `cert` nor `key` is given. */
  readonly tls: boolean;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly http2: boolean;
  /** Answer every POST with JSON, and never with an event stream. */
  readonly json: boolean;
  readonly token: string | undefined;
  /** The issuer that clients without a token are sent to. */
  readonly authorizationServer: string;
  /** Hosts, beside the loopback names, that requests may be addressed to. */
  readonly allowHost: readonly string[];
}

const DEFAULTS: HttpOptions = {
  host: '127.0.0.1',
  port: 3000,
  tls: false,
  cert: undefined,
  key: undefined,
  http2: false,
  json: false,
  token: undefined,
  authorizationServer: 'https://authorization.example',
  allowHost: [],
};

/** Adds the options to a subcommand. `json` only where there is something to choose. */
export function addHttpOptions(command: Command, { json }: { json: boolean }): void {
  command
    .option('--host <address>', 'the address to listen on', DEFAULTS.host)
    .option('--port <port>', 'the port to listen on; 0 for any free one', readPort, DEFAULTS.port)
    .option('--tls', 'serve https, with a certificate made for this start unless --cert and --key name one')
    .option('--cert <file>', 'certificate chain, PEM')
    .option('--key <file>', 'private key, PEM')
    .option('--http2', 'serve HTTP/2: with --tls beside HTTP/1.1, without it alone')
    .option('--token <token>', 'demand "Authorization: Bearer <token>" of every request')
    .option('--authorization-server <url>', 'the issuer that clients without a token are sent to', readUrl, DEFAULTS.authorizationServer)
    .option('--allow-host <host[:port]>', 'a name, beside the loopback ones, that requests may be addressed to; repeatable', append);
  if (json) command.option('--json', 'answer every POST with JSON, and never with an event stream');
}

/** @throws UsageError for options that do not fit together */
export function toHttpOptions(own: Readonly<Record<string, unknown>>): HttpOptions {
  const options: HttpOptions = { ...DEFAULTS, ...own };
  if ((options.cert === undefined) !== (options.key === undefined))
    throw new UsageError('--cert and --key belong together: give both or neither.');
  return options.cert === undefined ? options : { ...options, tls: true };
}

function readPort(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return Number(value);
}

function readUrl(value: string): string {
  if (!URL.canParse(value)) throw new InvalidArgumentError('It must be an absolute URL.');
  return value;
}

function append(value: string, values: string[] = []): string[] {
  return [...values, value];
}
