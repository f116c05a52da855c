import type { Report } from '../report/report.js';
import { article, decideByArticle, explainDifference, type Outcome } from './article.js';
import { type Figure, type FigureName, findFigure } from './figures.js';
import { type AnswerName, type Answers, needsNetwork, questions } from './question.js';
import { adviceFor } from './reasons.js';

/** One question, its answer, and what follows from it. */
export interface Step {
  readonly name: AnswerName;
  readonly question: string;
  readonly answer: string;
  readonly reason: string;
  readonly figures: readonly Figure[];
  /** Figures that the reason would rest on, had the run measured them. */
  readonly missing: readonly FigureName[];
}

export interface Advice {
  readonly outcome: Outcome;
  readonly answers: Answers;
  readonly steps: readonly Step[];
  /** What a published tree says to the same answers, and why it differs where it does. */
  readonly article: { readonly source: typeof article.source; readonly outcome: Outcome; readonly same: boolean; readonly why?: string };
}

export const outcomeTitles: Readonly<Record<Outcome, string>> = {
  stdio: 'stdio',
  'streamable-http': 'Streamable HTTP',
  'http+sse': 'HTTP+SSE',
};

/** The transport for a situation, with a reason and the run's figures for each answer. Every question that matters must be answered. */
export function decide(answers: Answers, report: Report | undefined): Advice {
  const outcome: Outcome = !needsNetwork(answers) ? 'stdio' : answers.revision === '2024-11-05' ? 'http+sse' : 'streamable-http';
  const steps = questions
    .filter(({ name, applies }) => applies(answers) && answers[name] !== undefined)
    .map(({ name, text, choices }): Step => {
      const { reason, figures } = adviceFor(name, answers, outcome);
      const found = figures.map((figure) => [figure, report && findFigure(report, figure)] as const);
      return {
        name,
        question: text,
        answer: choices.find(({ value }) => value === answers[name])?.word ?? '',
        reason,
        figures: found.flatMap(([, figure]) => figure ?? []),
        missing: found.filter(([, figure]) => figure === undefined).map(([figure]) => figure),
      };
    });
  const theirs = decideByArticle(answers);
  const why = explainDifference(theirs, outcome);
  return {
    outcome,
    answers,
    steps,
    article: { source: article.source, outcome: theirs, same: theirs === outcome, ...(why !== undefined && { why }) },
  };
}
