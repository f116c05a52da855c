import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundleForBrowser } from './support/bundle.js';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const sources = fileURLToPath(new URL('../src/', import.meta.url));

describe('without a Node built-in', () => {
  test.each(['index', 'client', 'server'])('%s is bundled for a browser', (entry) => {
    const bundle = bundleForBrowser(`${dist}${entry}.js`);
    expect(bundle).not.toMatch(/(?:from|import)\s*["'](?:node:|undici)|__require\("|UndiciClient/);
  });

  test('only node.ts names one', () => {
    const naming = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && /from 'node:/.test(readFileSync(sources + file, 'utf8')),
    );
    expect(naming).toEqual(['node.ts']);
  });
});
