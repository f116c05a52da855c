import type { Agreement, Connection, ConnectOptions, Decision, NegotiateOptions, ParsedTarget, Step } from '@mcpwire/connect';
import { connect as connectToUrl, negotiate, parseTarget } from '@mcpwire/connect';
import { connect, type NodeConnectOptions } from '@mcpwire/connect/node';

const parsed: ParsedTarget = parseTarget('https://host.example/mcp');
if (parsed.kind !== 'url' || parsed.url.host !== 'host.example') throw new Error('unexpected');
const decisions: Decision[] = [];
const options: ConnectOptions = { headers: { 'x-a': 'b' }, ondecision: (decision) => decisions.push(decision) };
const nodeOptions: NodeConnectOptions = { ...options, stdio: { cwd: '.' } };
const steps: Step[] = [];
const negotiateOptions: NegotiateOptions = {
  clientInfo: { name: 'a', version: '1' },
  onstep: (step) => steps.push(step),
  probeTimeoutMs: 500,
};
connectToUrl('mcp+https://host.example/mcp', options);
const connected: Promise<Connection | undefined> = negotiate(
  () => connect('no-such-command-anywhere', nodeOptions),
  negotiateOptions,
).catch(() => undefined);
const agreement: Agreement | undefined = (await connected)?.agreement;
if (agreement !== undefined || decisions.length !== 2) throw new Error(`unexpected: ${decisions.length}`);

console.log('works');
