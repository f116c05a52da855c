/** The table of checks and faults as a document. What it says is what the faults declare; `matrix.js` holds that against what happens. */
export function renderClients(checks, faults) {
  const all = Object.entries(faults);
  const rows = checks.map(({ id }) => {
    const caught = all.filter(([, { caughtBy }]) => caughtBy.includes(id)).map(([name]) => `\`${name}\``);
    const noticed = all.filter(([, { neighbours = {} }]) => Object.hasOwn(neighbours, id)).map(([name]) => `\`${name}\``);
    return `| \`${id}\` | ${caught.join(', ')} | ${noticed.join(', ')} |`;
  });
  const list = all.map(
    ([name, { is, transport, revision }]) =>
      `- \`${name}\`: a client that ${is} (${transport === 'stdio' ? 'stdio' : 'Streamable HTTP'}, ${revision})`,
  );
  return `# Checks of clients, and the faults that they catch

Each fault is a correct client that is broken in one way. Every check catches at least one; the right column has faults of other
checks that it cannot but notice too. The checks that are not in a fault's line stay green. Made by \`node packages/conformance/test/client-mode/matrix.js --write\`,
which judges every client with every check.

| check | catches | notices too |
|---|---|---|
${rows.join('\n')}

## Faults

${list.join('\n')}
`;
}
