import type { CheckContext } from '../check.js';
import type { Connection } from '../connection.js';
import type { Session } from '../session.js';
import { Breach } from '../verdict.js';

/**
 * After something that no client may send, the server goes on. No requirement says so in so many words, so that a server which does not
 * gets a warning.
 */
export async function survive(context: CheckContext, session: Session<Connection>, after: string): Promise<void> {
  try {
    await context.settle(session, after);
  } catch (error) {
    if (error instanceof Breach) throw new Breach(error.message, { ...error.evidence, level: 'should' });
    throw error;
  }
}
