import picomatch from 'picomatch';
import type { Section } from './tables.js';

/** Sections that answer one question, in the order of the scenarios. */
export interface Chapter {
  /** Its address within the page. */
  readonly id: string;
  readonly title: string;
  readonly sections: readonly Section[];
}

/** What goes where; the first that matches. */
const plan: readonly { readonly id: string; readonly title: string; readonly scenarios: readonly string[] }[] = [
  { id: 'set-up', title: 'Setting up', scenarios: ['stdio/spawn', 'setup/*', 'relay/*', 'import', 'server/set-up'] },
  { id: 'latency', title: 'Latency', scenarios: ['stdio/ping-pong', 'latency/*', 'server/latency', 'server/open-loop'] },
  {
    id: 'connections',
    title: 'Connections',
    scenarios: ['connections/*', 'sse/idle-memory', 'http/stalled-readers', 'server/concurrency'],
  },
  { id: 'streams', title: 'Streams and resumption', scenarios: ['streaming/*', 'resumption/*'] },
  { id: 'extras', title: 'What else costs', scenarios: ['cost/*', 'stdio/pipe-buffer'] },
  { id: 'throughput', title: 'Throughput and CPU', scenarios: ['stdio/*', 'http/*', 'sse/*', 'grpc/*', 'framing/*', 'server/*'] },
];
const reading = ['set-up', 'latency', 'throughput', 'connections', 'streams', 'extras'];

/** Puts the sections of a report that have something to show in order. A scenario that nothing is said of here stands in the last chapter. */
export function toChapters(sections: readonly Section[]): readonly Chapter[] {
  const chapterOf = ({ scenario }: Section): string | undefined =>
    plan.find(({ scenarios }) => picomatch.isMatch(scenario.name, [...scenarios]))?.id;
  const shown = sections.filter(({ tables }) => tables.some(({ lines }) => lines.length > 0));
  const chapters = reading.map((id) => ({
    id,
    title: plan.find((chapter) => chapter.id === id)?.title ?? id,
    sections: shown.filter((section) => chapterOf(section) === id),
  }));
  const rest = { id: 'more', title: 'More', sections: shown.filter((section) => chapterOf(section) === undefined) };
  return [...chapters, rest].filter((chapter) => chapter.sections.length > 0);
}
