import type { TargetInfo } from '../report.js';

/** A colour that follows the reader's light or dark setting. */
interface Shade {
  /** Stands for the colour inside charts, which are drawn once; the style sheet replaces it. */
  readonly placeholder: string;
  readonly light: string;
  readonly dark: string;
}

export type ShadeName =
  | 'ink'
  | 'muted'
  | 'line'
  | 'own'
  | 'own-soft'
  | 'peer'
  | 'peer-soft'
  | 'floor'
  | 'floor-soft'
  | 'page'
  | 'card'
  | 'good'
  | 'bad'
  | 'doubt';

const shades: Readonly<Record<ShadeName, Shade>> = {
  ink: { placeholder: '#010101', light: '#1b2230', dark: '#e6eaf2' },
  muted: { placeholder: '#020202', light: '#5a6474', dark: '#9ba6b8' },
  line: { placeholder: '#030303', light: '#dfe3ea', dark: '#2c3442' },
  own: { placeholder: '#040404', light: '#0c7d6b', dark: '#35c4a8' },
  'own-soft': { placeholder: '#050505', light: '#6fc2b4', dark: '#1d7f6e' },
  peer: { placeholder: '#060606', light: '#6d80ad', dark: '#7f95c9' },
  'peer-soft': { placeholder: '#070707', light: '#b3bfdb', dark: '#4d5d86' },
  floor: { placeholder: '#080808', light: '#a3abb8', dark: '#6a7485' },
  'floor-soft': { placeholder: '#090909', light: '#d2d7df', dark: '#434c5b' },
  page: { placeholder: '#0a0a0a', light: '#ffffff', dark: '#10141b' },
  card: { placeholder: '#0b0b0b', light: '#f5f7fa', dark: '#181e28' },
  good: { placeholder: '#0c0c0c', light: '#0b6e4f', dark: '#52d3a2' },
  bad: { placeholder: '#0d0d0d', light: '#b3261e', dark: '#ff8a80' },
  doubt: { placeholder: '#0e0e0e', light: '#8a5a00', dark: '#f0c05a' },
};

/** The colour to draw a chart's part with. */
export function placeholder(name: ShadeName): string {
  return shades[name].placeholder;
}

/** The full and the soft colour of a target's bars. */
export function shadesOf(role: TargetInfo['role']): { full: ShadeName; soft: ShadeName } {
  // On a page about the reader's own server it has the colour that catches the eye.
  const shade = role === 'subject' ? 'own' : role;
  return { full: shade, soft: `${shade}-soft` };
}

/** CSS that defines every colour as a variable, light and dark, and gives the charts' placeholders theirs. */
export function paletteCss(): string {
  const names = Object.keys(shades) as ShadeName[];
  const variables = (mode: 'light' | 'dark'): string => names.map((name) => `--${name}:${shades[name][mode]}`).join(';');
  const charts = names.map((name) => {
    const color = shades[name].placeholder;
    return `svg [fill="${color}"]{fill:var(--${name})}svg [stroke="${color}"]{stroke:var(--${name})}`;
  });
  return `:root{${variables('light')}}@media (prefers-color-scheme:dark){:root{${variables('dark')}}}${charts.join('')}`;
}
