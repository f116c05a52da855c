import process from 'node:process';
import type { TransportKind } from './connection.js';

/** A server that the suite starts for each connection. */
export interface StdioTarget {
  readonly transport: 'stdio';
  /** The program. It is started without a shell. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Default: the working directory of the run. */
  readonly cwd?: string;
  /** Added to the run's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that runs already. */
export interface HttpTarget {
  readonly transport: Exclude<TransportKind, 'stdio'>;
  readonly url: string;
  /** Sent with every request: authorization, as a rule. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Target = StdioTarget | HttpTarget;

/** The target in one line, as a person would type it. */
export function describeTarget(target: Target): string {
  if (target.transport !== 'stdio') return target.url;
  return [target.command, ...(target.args ?? [])].map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(' ');
}

/** What the caller passed in, or the server inherits, and must not appear in a report. */
export function secretsOf(target: Target, isSecret: (name: string) => boolean): string[] {
  const fields =
    target.transport === 'stdio'
      ? [...Object.entries({ ...process.env, ...target.env }), ...optionsIn(target.args ?? [])]
      : Object.entries(target.headers ?? {});
  return fields.filter(([name]) => isSecret(name)).flatMap(([, value = '']) => [value, value.replace(/^\S+\s+/, '')]);
}

/** `--name=value` and `--name value`, as far as they can be told apart. */
function optionsIn(args: readonly string[]): [string, string][] {
  return args.flatMap((arg, index): [string, string][] => {
    const [, name, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    return name === undefined ? [] : [[name, value ?? args[index + 1] ?? '']];
  });
}
