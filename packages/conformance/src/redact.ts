const MASK = '[redacted]';

/** Header fields, and members of JSON, that carry secrets whatever their value. */
const SECRET_NAME = /^(?:proxy-)?authorization$|^(?:set-)?cookie$|token$|secret|password|passwd|api[-_]?key|credential|private[-_]?key/i;
/** Names that end like a secret's and are none: MCP's progress token is needed to read a transcript. */
const HARMLESS_NAME = /^(?:progress_?token|next_?token)$/i;

const PATTERNS: readonly [RegExp, string][] = [
  [/^((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(\s*:\s*)[^\r\n]+/gim, `$1$2${MASK}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${MASK}`],
  [/([?&](?:access_token|api_key|apikey|token|key|password|secret)=)[^&\s"'#]+/gi, `$1${MASK}`],
  [
    /("(?:[A-Za-z_-]*(?:access|refresh|auth|id|api|bearer)_?-?token|token|[A-Za-z_-]*(?:secret|password|api_?-?key)[A-Za-z_-]*)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    `$1"${MASK}"`,
  ],
  [/(\/\/[^/@\s:"]+:)[^/@\s"]+(?=@)/g, `$1${MASK}`],
];

/** Whether what goes by this name, a header or an environment variable, is kept out of every report. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

/** Takes a text and gives it back without secrets. */
export type Redactor = (text: string) => string;

/**
 * A redactor that masks what looks like a secret (Authorization and cookies, bearer tokens, passwords in URLs, members of JSON named
 * like one) and, wherever they occur, the given values: those that the caller passed in headers and environment variables.
 */
export function createRedactor(values: Iterable<string> = []): Redactor {
  // Longest first, so that a value that contains another is masked whole. Short ones would mask half the transcript.
  const known = [...new Set(values)].filter((value) => value.length >= 6).sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of known) clean = clean.replaceAll(value, MASK);
    for (const [pattern, mask] of PATTERNS) clean = clean.replace(pattern, mask);
    return clean;
  };
}
