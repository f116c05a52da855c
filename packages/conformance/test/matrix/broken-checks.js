/**
 * The checks that a run found broken, each once.
 *
 * @param {import('@mcpwire/conformance').Report} report
 */
export function brokenChecks({ outcomes }) {
  return [...new Set(outcomes.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn').map(({ check }) => check))];
}
