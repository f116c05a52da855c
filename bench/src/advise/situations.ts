import type { Report } from '../report/report.js';
import type { Outcome } from './article.js';
import { decide } from './decide.js';
import type { Figure } from './figures.js';
import type { AnswerName, Answers } from './question.js';

/** A common case of the decision tree. */
export interface Situation {
  readonly title: string;
  readonly answers: Answers;
  /** The question whose answer says the most about it. */
  readonly key: AnswerName;
}

/** The cases that a report begins with. Between them they have every outcome. */
export const situations: readonly Situation[] = [
  {
    title: 'One client starts the server on its own machine',
    answers: { remote: false, browser: false, clients: 'one', microseconds: true },
    key: 'microseconds',
  },
  {
    title: 'Several clients share one server on a machine',
    answers: { remote: false, browser: false, clients: 'several', microseconds: false, revision: '2026-07-28' },
    key: 'clients',
  },
  {
    title: 'Clients and server are on different machines',
    answers: { remote: true, browser: false, microseconds: false, proxy: 'none', revision: '2026-07-28' },
    key: 'remote',
  },
  {
    title: 'A page in a browser is the client',
    answers: { remote: true, browser: true, microseconds: false, proxy: 'unknown', revision: '2025-11-25' },
    key: 'browser',
  },
  {
    title: 'Remote clients that speak nothing newer than 2024-11-05',
    answers: { remote: true, browser: false, microseconds: false, proxy: 'none', revision: '2024-11-05' },
    key: 'revision',
  },
];

const mostFigures = 3;

/** The outcome of a situation, why, and the figures of a run that go with it: those of the key question first. */
export function toSituationAnswer(
  { answers, key }: Situation,
  report: Report,
): { readonly outcome: Outcome; readonly because: string; readonly figures: readonly Figure[] } {
  const { outcome, steps } = decide(answers, report);
  const keyStep = steps.find(({ name }) => name === key);
  const all = [...(keyStep?.figures ?? []), ...steps.flatMap(({ figures }) => figures)];
  const figures = all.filter((figure, i) => all.findIndex(({ label }) => label === figure.label) === i);
  return { outcome, because: keyStep?.reason ?? '', figures: figures.slice(0, mostFigures) };
}
