import { escapeUTF8 } from 'entities';

/** Markup that is safe to put into a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | undefined | false | readonly Part[];

/** A template whose every value is escaped, unless it is Markup already. Lists are joined; undefined and false leave nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, i) => text + toText(values[i - 1]) + string));
}

/** A text in which `code` stands between backticks, and no line ends between a figure and its unit. */
export function prose(text: string): Markup {
  const parts = text.split('`').map((part) => part.replace(/(\d) (?=(%|µs|ms|s|B|[KMG]i?B)(?![\p{L}\d]))/gu, '$1\u00a0'));
  // A backtick without its other half is one.
  if (parts.length % 2 === 0) return html`${parts.join('`')}`;
  return html`${parts.map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

/** A table that scrolls within itself where it is too wide. `label` says what it is to those who do not see it. */
export function scrolling(label: string, table: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
}

function toText(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(toText).join('');
  return escapeUTF8(String(part));
}
