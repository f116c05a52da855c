/** The table of checks and faults as a document. What it says is what the faults declare; `matrix.js` holds that against what happens. */
export function render(checks, faults) {
  const all = Object.entries(faults);
  const rows = checks
    .filter(({ transports }) => transports.includes('stdio'))
    .map(({ id }) => {
      const caught = all.filter(([, { caughtBy }]) => caughtBy.includes(id)).map(([name]) => `\`${name}\``);
      const noticed = all.filter(([, { neighbours = {} }]) => Object.hasOwn(neighbours, id)).map(([name]) => `\`${name}\``);
      return `| \`${id}\` | ${caught.join(', ')} | ${noticed.join(', ')} |`;
    });
  const list = all.map(([name, { is, revision }]) => `- \`${name}\`: a server that ${is} (${revision})`);
  return `# Checks and the faults that they catch

Each fault is a correct server that is broken in one way. Every check catches at least one; the right column has faults of other
checks that it cannot but notice too. The checks that are not in a fault's line stay green. Made by \`node packages/conformance/test/broken-servers/matrix.js --write\`,
which judges every server with every check.

| check | catches | notices too |
|---|---|---|
${rows.join('\n')}

## Faults

${list.join('\n')}
`;
}
