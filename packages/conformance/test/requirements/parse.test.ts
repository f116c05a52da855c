import { describe, expect, test } from 'vitest';
import { parseRequirements } from '../../src/requirements/index.js';

/** A sound file; each case below spoils it in one way. */
const sound = `revision: 2025-06-18

pages:
  basic/transports:
    keywords: { must: 3, may: 1 }
    elsewhere:
      - { may: 1, why: 'Asks for nothing.' }
  basic/lifecycle:
    keywords: { must: 1 }

requirements:
  - id: area.first
    level: must
    text: It does the first thing.
    page: basic/transports
    heading: stdio
    side: both
    transports: [stdio]
    covers: 2
    also:
      - { page: basic/lifecycle, heading: stdio }
    checks: [area/first, client/area-first]

  - id: area.second
    level: must
    text: It does the second thing.
    page: basic/transports
    side: both
    checks: [area/second]
    not-observable:
      client: Nobody sees it.

  - id: area.third
    level: should-not
    text: It does not do the third thing.
    page: basic/transports
    side: client
    plain: true
    not-observable: Nobody sees it.
`;

function errorOf(text: string): string {
  try {
    parseRequirements(text, 'made-up.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The file was taken');
}

describe('a sound file', () => {
  const { revision, pages, rows, byId } = parseRequirements(sound, 'made-up.yaml');

  test('is read with every row and page', () => {
    expect(revision).toBe('2025-06-18');
    expect([...pages.keys()]).toEqual(['basic/transports', 'basic/lifecycle']);
    expect(rows.map(({ id }) => id)).toEqual(['area.first', 'area.second', 'area.third']);
    expect(byId.get('area.second')).toBe(rows[1]);
  });

  test('has what a row leaves out filled in', () => {
    expect(byId.get('area.first')).toEqual({
      id: 'area.first',
      revision: '2025-06-18',
      level: 'must',
      text: 'It does the first thing.',
      page: 'basic/transports',
      heading: 'stdio',
      covers: 2,
      sides: ['server', 'client'],
      transports: ['stdio'],
      plain: false,
      also: [{ page: 'basic/lifecycle', heading: 'stdio', covers: 1 }],
      serverChecks: ['area/first'],
      clientChecks: ['client/area-first'],
      notObservable: {},
    });
    expect(byId.get('area.third')).toMatchObject({ heading: '', covers: 0, plain: true, transports: undefined, serverChecks: [] });
  });

  test('has a reason for the side that has no check, and for that side alone', () => {
    expect(byId.get('area.second')).toMatchObject({ serverChecks: ['area/second'], notObservable: { client: 'Nobody sees it.' } });
    expect(byId.get('area.third')?.notObservable).toEqual({ client: 'Nobody sees it.' });
  });
});

describe('a file is refused, with the line and what is wrong, that has', () => {
  const cases: { what: string; from: string; to: string; says: string }[] = [
    {
      what: 'an unknown key',
      from: 'level: must\n    text: It does the second',
      to: 'levle: must\n    level: must\n    text: It does the second',
      says: 'made-up.yaml:25: area.second: unknown key levle',
    },
    {
      what: 'a level that there is none of',
      from: 'level: should-not',
      to: 'level: SHOULD NOT',
      says: 'made-up.yaml:34: area.third: level is "SHOULD NOT", not one of must, must-not, should, should-not, may',
    },
    { what: 'no text', from: '    text: It does the first thing.\n', to: '', says: 'made-up.yaml:12: area.first: the key text is missing' },
    { what: 'an id twice', from: 'id: area.third', to: 'id: area.second', says: 'made-up.yaml:33: area.second: this id is used twice' },
    {
      what: 'a text that is no sentence',
      from: 'It does the first thing.',
      to: 'the first thing',
      says: 'made-up.yaml:14: area.first: text is "the first thing", which does not match',
    },
    {
      what: 'a page that is not listed',
      from: 'basic/lifecycle, heading',
      to: 'basic/life, heading',
      says: 'area.first: basic/life is not under pages',
    },
    {
      what: 'a side with neither a check nor a reason',
      from: '[area/first, client/area-first]',
      to: '[area/first]',
      says: 'made-up.yaml:22: area.first: give a check for the client, or say under not-observable why there is none',
    },
    {
      what: 'a side with both',
      from: '    checks: [area/first, client/area-first]',
      to: '    checks: [area/first, client/area-first]\n    not-observable:\n      server: Nobody sees it.',
      says: 'made-up.yaml:24: area.first: the server has checks (area/first), so it can be observed',
    },
    {
      what: 'a reason that leaves open for which side it is',
      from: 'not-observable:\n      client: Nobody sees it.',
      to: 'not-observable: Nobody sees it.',
      says: 'made-up.yaml:30: area.second: the server has checks (area/second), so it can be observed: say for which side it cannot',
    },
    {
      what: 'a check for the side that it is not about',
      from: 'plain: true',
      to: 'checks: [area/third]',
      says: "made-up.yaml:38: area.third: area/third: no check for a server belongs to a client's requirement",
    },
    {
      what: 'a keyword of a page that no row stands for',
      from: 'must: 3',
      to: 'must: 4',
      says: 'made-up.yaml:5: MUST stands 4 times on basic/transports, and rows and elsewhere have 3',
    },
    {
      what: 'a row for a keyword that is not there',
      from: '    plain: true\n',
      to: '',
      says: 'made-up.yaml:5: SHOULD NOT stands 0 times on basic/transports, and rows and elsewhere have 1',
    },
    {
      what: 'a count for what has no keyword',
      from: 'plain: true',
      to: 'plain: true\n    covers: 1',
      says: 'area.third: what is said without a keyword covers none',
    },
    {
      what: 'a revision that there is none of',
      from: '2025-06-18',
      to: '2025-06-19',
      says: 'revision is "2025-06-19", not one of 2024-11-05',
    },
    { what: 'no YAML in it', from: 'side: client', to: 'side: [client', says: 'made-up.yaml: Flow sequence' },
  ];
  for (const { what, from, to, says } of cases) {
    test(what, () => {
      expect(sound).toContain(from);
      expect(errorOf(sound.replace(from, to))).toContain(says);
    });
  }

  test('several of these: all are told at once', () => {
    const error = errorOf(sound.replace('level: should-not', 'level: shall').replace('    text: It does the first thing.\n', ''));
    expect(error.split('\n')).toHaveLength(2);
  });
});
