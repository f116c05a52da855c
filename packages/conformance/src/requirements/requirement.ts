import type { Revision } from '@mcpwire/protocol';

/** A keyword of the specification: REQUIRED is a must, RECOMMENDED a should, OPTIONAL a may. */
export type Keyword = 'must' | 'must-not' | 'should' | 'should-not' | 'may';

export const KEYWORDS: readonly Keyword[] = ['must', 'must-not', 'should', 'should-not', 'may'];

/** A party of the protocol. */
export type Party = 'server' | 'client';

/** A heading of the specification. */
export interface Place {
  /** The page's path under `specification/<revision>/`. */
  readonly page: string;
  /** The heading's anchor; '' for what stands above the first heading. */
  readonly heading: string;
  /** How many keywords there the row stands for. */
  readonly covers: number;
}

/** One thing that one revision asks for. */
export interface Requirement extends Place {
  /** The same in each revision that asks the same; never changes. */
  readonly id: string;
  readonly revision: Revision;
  readonly level: Keyword;
  /** What it asks, as a sentence. */
  readonly text: string;
  /** Who has to do it; `both` in the files. */
  readonly sides: readonly Party[];
  /** The transports it is about; undefined where it concerns every one. */
  readonly transports?: readonly ('stdio' | 'sse' | 'streamable-http')[] | undefined;
  /** The specification says it without one of its keywords: the level is then how we read it. */
  readonly plain: boolean;
  /** Other places that say the same. */
  readonly also: readonly Place[];
  /** Ids of the checks that judge servers by it. */
  readonly serverChecks: readonly string[];
  /** Ids of the checks that judge clients by it; each begins with `client/`. */
  readonly clientChecks: readonly string[];
  /** For each side that nobody outside can judge, why. Every side of a row has either checks or a reason. */
  readonly notObservable: { readonly [P in Party]?: string };
}

/** How often each keyword stands somewhere. */
export type KeywordCounts = { readonly [K in Keyword]?: number };

/** A page of the specification that was read for the catalogue. */
export interface Page {
  readonly keywords: KeywordCounts;
  /** Its keywords that no row stands for, and why. */
  readonly elsewhere: readonly (KeywordCounts & { readonly why: string })[];
}

/** What one revision asks for. */
export interface Requirements {
  readonly revision: Revision;
  /** By their path under `specification/<revision>/`. */
  readonly pages: ReadonlyMap<string, Page>;
  /** In the order of the file. */
  readonly rows: readonly Requirement[];
  readonly byId: ReadonlyMap<string, Requirement>;
}

/** What a keyword amounts to for a verdict: a breach of a must fails, of a should warns. */
export function severityOf(level: Keyword): 'must' | 'should' | 'may' {
  return level === 'must-not' ? 'must' : level === 'should-not' ? 'should' : level;
}
