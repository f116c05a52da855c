import type { Answers } from './question.js';

/** A published decision tree, as data: the first rule whose conditions hold decides. */
export const article = {
  source: { file: '000_aa34de45b8fa46a5.txt', title: 'stdio or SSE: choosing how an MCP service communicates' },
  rules: [
    { when: { remote: true }, outcome: 'http+sse' },
    { when: { microseconds: true }, outcome: 'stdio' },
    { when: { clients: 'several' }, outcome: 'http+sse' },
  ],
  otherwise: 'stdio',
  /** Why this project's outcome is another, by the article's outcome and this one's. */
  differences: {
    'http+sse → streamable-http':
      'Since revision 2025-03-26 Streamable HTTP takes the place of HTTP+SSE: one endpoint, answers as JSON or as a stream, and resumption. HTTP+SSE is left for clients that have nothing else.',
    'stdio → streamable-http':
      'Over stdio a client starts its server and is its only one. A page in a browser can start none, and several clients can share none, however much microseconds matter.',
    'stdio → http+sse':
      'Over stdio a client starts its server and is its only one; clients of 2024-11-05 that can not do so reach a server over HTTP+SSE alone.',
  },
} as const;

export type Outcome = 'stdio' | 'streamable-http' | 'http+sse';

/** What the article says to the same answers. */
export function decideByArticle(answers: Answers): Outcome {
  const rule = article.rules.find(({ when }) =>
    (Object.entries(when) as [keyof Answers, unknown][]).every(([name, value]) => answers[name] === value),
  );
  return rule?.outcome ?? article.otherwise;
}

/** Why two outcomes differ; undefined when they don't. */
export function explainDifference(theirs: Outcome, ours: Outcome): string | undefined {
  return (article.differences as Readonly<Record<string, string>>)[`${theirs} → ${ours}`];
}
