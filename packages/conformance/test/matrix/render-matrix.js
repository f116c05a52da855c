import { markdownTable } from 'markdown-table';

const TRANSPORTS = { stdio: 'stdio', 'streamable-http': 'Streamable HTTP' };

/**
 * The table of checks and faults as a document. What it says is what the faults declare; `run-matrix.js` holds that against what happens.
 *
 * @param {string} name
 * @param {import('./matrices.js').Matrix} matrix
 */
export function renderMatrix(name, { title, who, checks, faults }) {
  const all = Object.entries(faults);
  const namesOf = (isOne) => all.filter(([, fault]) => isOne(fault)).map(([fault]) => `\`${fault}\``);
  const named = all.flatMap(([, { caughtBy, neighbours = {} }]) => [...caughtBy, ...Object.keys(neighbours)]);
  // Checks of all transports are there for other faults, and notice some of these.
  const others = [...new Set(named)].filter((id) => !checks.some((check) => check.id === id)).sort();
  const rows = [...checks.map(({ id }) => id), ...others].map((id) => [
    `\`${id}\``,
    namesOf(({ caughtBy }) => caughtBy.includes(id)).join(', '),
    namesOf(({ neighbours = {} }) => Object.hasOwn(neighbours, id)).join(', '),
  ]);
  const list = all.map(([fault, { is, transport, revision }]) => {
    const where = [TRANSPORTS[transport], revision].filter(Boolean).join(', ');
    return `- \`${fault}\`: a ${who} that ${is}${where && ` (${where})`}`;
  });
  return `# ${title}: checks and the faults that they catch

Each fault is a correct ${who} that is broken in one way. The middle column has those that a check is there for, the right one those of
other checks that it cannot but notice too; with all others it stays green. Made by \`pnpm conformance:matrix ${name}\`,
which judges every ${who} with every check.

${markdownTable([['check', 'catches', 'notices too'], ...rows], { alignDelimiters: false })}

## Faults

${list.join('\n')}
`;
}
