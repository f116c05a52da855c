import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { stdioServer } from './support.js';

interface Action {
  inputs: Record<string, { default?: string; required?: boolean }>;
  runs: { using: string; steps: { shell: string; env: Record<string, string>; run: string }[] };
}

const action: Action = parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8'));
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mcp-conformance-action-'));
const summary = join(folder, 'summary.md');

afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  // In place of npx, which would fetch the package that is tested here: the words after the package's name go to its command.
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const npx = '#!/bin/sh\nprintf "%s\\n" "$3" > "$ASKED_FOR"\nshift 4\nexec node "$CLI" "$@"\n';
  writeFileSync(join(bin, 'npx'), npx);
  chmodSync(join(bin, 'npx'), 0o755);
});

/** Runs the action's step as a runner does, with these inputs. */
async function runAction(inputs: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const [step] = action.runs.steps;
  if (!step) throw new Error('the action has no step');
  const env = Object.fromEntries(
    Object.entries(step.env).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ inputs\.(\S+) \}\}/g, (_, input: string) => inputs[input] ?? action.inputs[input]?.default ?? ''),
    ]),
  );
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      cwd: folder,
      env: {
        ...process.env,
        ...env,
        PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
        CLI: cli,
        ASKED_FOR: join(folder, 'asked-for'),
        RUNNER_TEMP: folder,
        GITHUB_STEP_SUMMARY: summary,
      },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const { command, args = [] } = stdioServer();
const quick = '--only jsonrpc/ping --revision 2025-11-25';

describe('the action', () => {
  test('has one step, and every input goes into it as a variable', () => {
    expect(action.runs).toMatchObject({ using: 'composite', steps: [{ shell: 'bash' }] });
    const [{ env, run } = { env: {}, run: '' }] = action.runs.steps;
    for (const name of Object.keys(action.inputs)) expect(Object.values(env)).toContain(`\${{ inputs.${name} }}`);
    expect(run).not.toContain('${{');
  });

  test('judges a server over stdio, and writes the reports and the summary', async () => {
    const { code, stderr } = await runAction({ server: [command, ...args].join(' '), options: quick });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(folder, 'asked-for'), 'utf8')).toBe('@mcpwire/conformance@latest\n');
    expect(readFileSync(summary, 'utf8')).toContain('jsonrpc');
    expect(readFileSync(join(folder, 'mcp-conformance.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readFileSync(join(folder, 'mcp-conformance.xml'), 'utf8')).toContain('<testsuites');
  }, 60_000);

  test('starts a server for a URL, and fails with the exit code of the command where nothing answers', async () => {
    const { code, stderr } = await runAction({
      target: 'http',
      server: 'http://127.0.0.1:9/mcp',
      start: 'node -e "process.exit(3)"',
      options: quick,
      version: '1.2.3',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('exited with code 3 before http://127.0.0.1:9/mcp answered');
    expect(readFileSync(join(folder, 'asked-for'), 'utf8')).toBe('@mcpwire/conformance@1.2.3\n');
  }, 60_000);

  test('runs nothing that stands in an input', async () => {
    const { code, stderr } = await runAction({ server: '$(touch broken-out); touch broken-out', options: quick });
    expect(code).toBe(2);
    expect(stderr).toContain('mcp-conformance:');
    expect(() => readFileSync(join(folder, 'broken-out'))).toThrow();
  }, 60_000);
});
