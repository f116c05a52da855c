import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REVISIONS } from '@mcpwire/protocol';
import { describe, expect, test } from 'vitest';
import { auditRequirements } from '../../scripts/requirements-audit.js';
import { loadRequirements } from '../../src/requirements/index.js';

/** docs/specification in a checkout of github.com/modelcontextprotocol/modelcontextprotocol. */
const specification = process.env.MCP_SPECIFICATION;
const catalogues = REVISIONS.map(loadRequirements);

describe.skipIf(specification === undefined)(
  'held against the pages of the specification (MCP_SPECIFICATION names their folder), the catalogue',
  () => {
    const folder = specification ?? '';

    test('counts each keyword, links to headings that are there, and has no eight words in a row from them', () => {
      expect(auditRequirements(catalogues, folder)).toEqual([]);
    });

    test.each([
      [
        'a sentence more',
        (page: string) => `${page}\nServers **MUST\n  NOT** sing.\n`,
        'basic/transports: the catalogue counts 6 must-not, the page has 7',
      ],
      [
        'a sentence less',
        (page: string) => page.replace('**MAY**', 'can'),
        'basic/transports: the catalogue counts 18 may, the page has 17',
      ],
      [
        'a heading of another name',
        (page: string) => page.replace('### Session Management', '### Sessions'),
        'basic/transports has no heading #session-management',
      ],
      [
        'a text of ours in it',
        (page: string) => `${page}\nA session id has no characters but those from 0x21 to 0x7E.\n`,
        'streamable-http.session.id-visible-ascii: "a session id has no characters but those"',
      ],
    ])('would notice %s', (_, change, told) => {
      const copy = mkdtempSync(join(tmpdir(), 'mcp-conformance-specification-'));
      try {
        cpSync(folder, copy, { recursive: true, filter: (file) => !/\.(png|svg)$/.test(file) });
        const file = join(copy, '2025-06-18/basic/transports.mdx');
        writeFileSync(file, change(readFileSync(file, 'utf8')));
        const problems = auditRequirements(catalogues, copy);
        expect(problems.length).toBeGreaterThan(0);
        expect(problems.join('\n')).toContain(told);
      } finally {
        rmSync(copy, { recursive: true });
      }
    });
  },
);
