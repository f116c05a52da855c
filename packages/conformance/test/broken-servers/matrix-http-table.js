/** The table of a transport's own checks and the faults that they catch, as a document; `matrix-http.js` holds it against what happens. */
export function renderHttp({ name, title, faults }, checks) {
  const all = Object.entries(faults);
  const rows = checks.map(({ id }) => {
    const caught = all.filter(([, { caughtBy }]) => caughtBy.includes(id)).map(([fault]) => `\`${fault}\``);
    const noticed = all.filter(([, { neighbours = {} }]) => Object.hasOwn(neighbours, id)).map(([fault]) => `\`${fault}\``);
    return `| \`${id}\` | ${caught.join(', ')} | ${noticed.join(', ')} |`;
  });
  const list = all.map(([fault, { is }]) => `- \`${fault}\`: a server that ${is}`);
  return `# ${title}: checks and the faults that they catch

Each fault is a correct server that is broken in one way. Every check catches at least one; the right column has faults of other
checks that it cannot but notice too. Made by \`node packages/conformance/test/broken-servers/matrix-http.js ${name} --write\`, which judges every server
with every check; what the checks of all transports catch is in [matrix.md](matrix.md).

| check | catches | notices too |
|---|---|---|
${rows.join('\n')}

## Faults

${list.join('\n')}
`;
}
