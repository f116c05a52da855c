import { ensure, inconclusive } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import type { Heard, Observation } from '../observation.js';
import { BOTH, MODERN } from '../revisions.js';
import { callsOf, needsExitCode, needsSteps } from './help.js';

function callOf(seen: Observation): Heard {
  const [call] = callsOf(seen);
  return call ?? inconclusive('the client called no tool in this scene, and does in another');
}

const unknown: ClientCheck = {
  id: 'client/jsonrpc-result-type-unknown-invalid',
  level: 'must',
  title: 'A result of an unknown kind is taken for invalid',
  spec: ['jsonrpc.result.type-unknown-invalid'],
  transports: BOTH,
  revisions: MODERN,
  scenes: ['unknown-result-type'],
  readsExitCode: true,
  remedy: 'Fail the request when resultType is none that the client knows.',
  judge(seen, facts) {
    needsSteps(facts);
    needsExitCode(facts);
    const call = callOf(seen);
    // The step expects an error, so the exit code is 0 if there was one.
    ensure(seen.exit?.code === 0, 'the client took a result of an unknown kind for a result', {
      expected: 'a failed request',
      ...seen.at(seen.answerTo(call.message.id) ?? call),
    });
  },
};

const absent: ClientCheck = {
  id: 'client/jsonrpc-result-type-absent',
  level: 'must',
  title: 'A result without resultType counts as complete',
  spec: ['jsonrpc.result.type-absent'],
  transports: BOTH,
  revisions: MODERN,
  scenes: ['absent-result-type'],
  readsExitCode: true,
  remedy: 'Take a result without resultType as if it were "complete".',
  judge(seen, facts) {
    needsSteps(facts);
    callOf(seen);
    needsExitCode(facts);
    // The sentence may be read as one about servers of earlier revisions alone, so a client that refuses it is only warned.
    ensure(seen.exit?.code === 0, 'the client did not take a result without resultType', { level: 'should', received: seen.log });
  },
};

export const resultChecks: readonly ClientCheck[] = [unknown, absent];
