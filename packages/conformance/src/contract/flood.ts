import { bytesOf, note, textOf } from './messages.js';
import type { Scene } from './scene.js';
import { type Attempt, assertResolved, type Side } from './side.js';
import { ContractViolation } from './violation.js';

/** Nothing accepted for this long, while somebody sends: the sender is held back. */
const heldBackMs = 150;
const text: string = textOf(16 * 1024);

/** What a flood got done. */
export interface Flood {
  /** The sends that were accepted, in order; the message's number is its position. */
  readonly accepted: Attempt[];
  /** The send that is held back; its number is `accepted.length`. */
  readonly stuck: Attempt;
}

/**
 * Sends notes of 16 KiB, one after the other, until the side is held back.
 * @throws ContractViolation when it accepts more than the fixture's `maxInTransitBytes`.
 */
export async function flood(scene: Scene, side: Side): Promise<Flood> {
  const limit = scene.fixture.maxInTransitBytes;
  const accepted: Attempt[] = [];
  for (let bytes = 0; bytes <= limit; ) {
    const message = note(accepted.length, text);
    const attempt = side.send(message, undefined, `send() number ${accepted.length}, ${bytes} bytes into a flood that nobody reads`);
    await settledOrHeldBack(attempt);
    if (attempt.state === 'pending') return { accepted, stuck: attempt };
    assertResolved(attempt, 'instead of waiting for room');
    accepted.push(attempt);
    bytes += bytesOf(message);
  }
  throw new ContractViolation(`${side.name} accepted more than ${limit} bytes while the other side took none`, {
    expected: "send() waits while no more than the fixture's maxInTransitBytes are on their way",
    actual: `${accepted.length} sends of 16 KiB resolved, and more would have`,
  });
}

/**
 * Offers more notes, numbered from `first`, until so many bytes are on their way that by the fixture's `maxInTransitBytes`
 * whatever is sent next has to wait for room.
 */
export function fill(scene: Scene, side: Side, first: number): Attempt[] {
  const attempts: Attempt[] = [];
  for (let bytes = 0; bytes <= scene.fixture.maxInTransitBytes; ) {
    const n = first + attempts.length;
    const message = note(n, text);
    attempts.push(side.send(message, undefined, `send() number ${n} while nobody reads`));
    bytes += bytesOf(message);
  }
  return attempts;
}

/** Waits until the attempt has settled, or has been held back for a while. */
async function settledOrHeldBack(attempt: Attempt): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heldBack = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, heldBackMs);
  });
  await Promise.race([attempt.settled, heldBack]);
  clearTimeout(timer);
}
