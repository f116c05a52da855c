import { breach, ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import { isId, metaOf } from '../observation.js';
import { BOTH, EVERY } from '../revisions.js';

const tokenType: ClientCheck = {
  id: 'client/progress-token-type',
  level: 'must',
  title: 'A progress token is a string or an integer',
  spec: ['progress.token-type'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Use strings or integers as progress tokens.',
  judge(seen) {
    const asking = seen.asked().filter(({ message }) => 'progressToken' in metaOf(message));
    if (asking.length === 0) notApplicable('the client asked for no progress');
    for (const { message, position } of asking)
      ensure(isId(metaOf(message).progressToken), 'a progress token is neither a string nor an integer', {
        received: metaOf(message).progressToken,
        ...seen.at({ position }),
      });
  },
};

const tokenUnique: ClientCheck = {
  id: 'client/progress-token-unique',
  level: 'must',
  title: 'No two running requests have the same progress token',
  spec: ['progress.token-unique'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Give each request a progress token of its own; its id does well.',
  judge(seen) {
    const asking = seen.asked().filter(({ message }) => 'progressToken' in metaOf(message));
    if (asking.length === 0) notApplicable('the client asked for no progress');
    for (const [index, { message, at, position }] of asking.entries()) {
      const token = metaOf(message).progressToken;
      const other = asking.slice(0, index).find((former) => metaOf(former.message).progressToken === token);
      const answer = other && seen.answerTo(other.message.id);
      ensure(
        !other || (answer !== undefined && answer.at < at),
        `the progress token ${JSON.stringify(token)} is that of a running request`,
        {
          received: message,
          ...seen.at({ position }),
        },
      );
    }
  },
};

const knownToken: ClientCheck = {
  id: 'client/progress-known-token',
  level: 'must',
  title: 'The client reports progress only on what it was asked to',
  spec: ['progress.known-token'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Send notifications/progress only for requests that came with a progress token.',
  judge(seen) {
    for (const { message, position } of seen.notified('notifications/progress'))
      breach('the client reported progress with a token that it was not given', { received: message, ...seen.at({ position }) });
  },
};

export const progressChecks: readonly ClientCheck[] = [tokenType, tokenUnique, knownToken];
