/** One member of a list in a header, its parameters split off: `text/html;level=1;q=0.5`. */
export interface FieldMember {
  /** In lower case. */
  readonly value: string;
  /** Names in lower case, values without their quotes. `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** `q`: 0 to 1, 1 where it is not sent. */
  readonly quality: number;
}

/** Members beyond this are not looked at. Headers are capped in bytes before, so this bounds work and not memory. */
const MAX_MEMBERS = 256;

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;
const qualityValue = /^(?:0?\.\d*|0|1(?:\.0*)?)$/;

/**
 * Reads a comma-separated header such as Accept (RFC 9110 sections 5.6.1 and 12.4.2). A member that is malformed, or whose
 * `q` is no weight, is left out.
 */
export function parseFieldList(text: string): FieldMember[] {
  const members: FieldMember[] = [];
  for (const part of split(text, ',')) {
    const member = parseFieldMember(part);
    if (member) members.push(member);
    if (members.length === MAX_MEMBERS) break;
  }
  return members;
}

/** Reads one value with its parameters, as in Content-Type. Undefined when it is malformed. */
export function parseFieldMember(text: string): FieldMember | undefined {
  const [value = '', ...rest] = split(text, ';').map(trim);
  if (value === '') return undefined;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const part of rest) {
    // Empty parameters are allowed (RFC 9110 section 5.6.6).
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).toLowerCase();
    const parameter = equals > 0 && token.test(name) ? unquote(part.slice(equals + 1)) : undefined;
    if (parameter === undefined) return undefined;
    if (name === 'q') {
      if (!qualityValue.test(parameter)) return undefined;
      quality = Math.min(1, Number.parseFloat(parameter) || 0);
    } else if (!parameters.has(name)) parameters.set(name, parameter);
  }
  return { value: value.toLowerCase(), parameters, quality };
}

export function isToken(text: string): boolean {
  return token.test(text);
}

/** Optional whitespace in a header is space and tab, and nothing else. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Splits at `separator`, though not inside a quoted string. One pass, whatever the text. */
function split(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') quoted = !quoted;
    else if (quoted) {
      if (char === '\\') i++;
    } else if (char === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unquote(text: string): string | undefined {
  if (!text.startsWith('"')) return token.test(text) ? text : undefined;
  let value = '';
  for (let i = 1; i < text.length; i++) {
    const char = text[i];
    if (char === '"') return i === text.length - 1 ? value : undefined;
    if (char === '\\') i++;
    value += text[i] ?? '';
  }
  return undefined;
}
