import type { Problem, RequirementsFile } from './file.js';
import { KEYWORDS } from './requirement.js';

/**
 * Where the rows of a page, and what it has `elsewhere`, do not add up to the keywords that stand on it. So no requirement is left out
 * without a reason.
 */
export function countProblems({ pages, requirements }: RequirementsFile): Problem[] {
  const found = new Map<string, number>();
  const add = (page: string, level: string, count: number) => found.set(`${page} ${level}`, (found.get(`${page} ${level}`) ?? 0) + count);
  for (const { page, level, covers = 1, plain, also = [] } of requirements) {
    if (!plain) add(page, level, covers);
    for (const place of also) add(place.page, level, place.covers ?? 1);
  }
  for (const [page, { elsewhere = [] }] of Object.entries(pages)) {
    for (const counts of elsewhere) for (const level of KEYWORDS) add(page, level, counts[level] ?? 0);
  }
  return Object.entries(pages).flatMap(([page, { keywords }]) =>
    KEYWORDS.flatMap((level) => {
      const there = keywords[level] ?? 0;
      const here = found.get(`${page} ${level}`) ?? 0;
      const what = `${level.toUpperCase().replace('-', ' ')} stands ${there} times on ${page}, and rows and elsewhere have ${here}`;
      return here === there ? [] : [{ path: ['pages', page, 'keywords'], what }];
    }),
  );
}
