import { describe, expect, test } from 'vitest';
import { type PostKind, PostLane } from '../src/client/post-lane.js';

/** A server that answers when it is told to. What a lane does in answer to that it does on the same tick, so that no test waits for a clock. */
class Posts {
  /** In the order in which they left. */
  readonly left: string[] = [];
  readonly #answers = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  readonly lane: PostLane;

  constructor(maxConcurrent: number) {
    this.lane = new PostLane(maxConcurrent, (text) => {
      this.left.push(text);
      return new Promise((resolve, reject) => this.#answers.set(text, { resolve, reject }));
    });
  }

  /** The first letter says what it is. */
  async add(...texts: string[]): Promise<void> {
    const kinds: Record<string, PostKind> = { q: 'request', a: 'response', n: 'notification' };
    for (const text of texts) this.lane.add(text, kinds[text[0] as string] as PostKind).catch(() => {});
    await tick();
  }

  async answer(...texts: string[]): Promise<void> {
    for (const text of texts) this.#answers.get(text)?.resolve();
    await tick();
  }

  async fail(text: string): Promise<void> {
    this.#answers.get(text)?.reject(new Error('refused'));
    await tick();
  }
}

/** Lets every microtask run, and no timer. */
async function tick(): Promise<void> {
  for (let i = 0; i < 50; i++) await undefined;
}

describe('the order of POSTs', () => {
  test('requests and answers go side by side', async () => {
    const posts = new Posts(64);
    await posts.add('q1', 'q2', 'a3');
    expect(posts.left).toEqual(['q1', 'q2', 'a3']);
  });

  test('a notification leaves once what was sent before it is answered, and what is sent behind it once it is itself', async () => {
    const posts = new Posts(64);
    await posts.add('q1', 'q2', 'n3', 'a4', 'n5', 'q6');
    expect(posts.left).toEqual(['q1', 'q2']);
    await posts.answer('q2');
    expect(posts.left).toEqual(['q1', 'q2']);
    await posts.answer('q1');
    expect(posts.left).toEqual(['q1', 'q2', 'n3']);
    await posts.answer('n3');
    expect(posts.left).toEqual(['q1', 'q2', 'n3', 'a4']);
    await posts.answer('a4');
    expect(posts.left).toEqual(['q1', 'q2', 'n3', 'a4', 'n5']);
    await posts.answer('n5');
    expect(posts.left).toEqual(['q1', 'q2', 'n3', 'a4', 'n5', 'q6']);
  });

  test('one that is refused holds up nothing', async () => {
    const posts = new Posts(64);
    await posts.add('q1', 'n2', 'q3');
    await posts.fail('q1');
    expect(posts.left).toEqual(['q1', 'n2']);
    await posts.fail('n2');
    expect(posts.left).toEqual(['q1', 'n2', 'q3']);
  });

  test('no more requests are under way than may be, and answers take no place among them', async () => {
    const posts = new Posts(2);
    await posts.add('q1', 'q2', 'q3', 'a4', 'q5');
    expect(posts.left).toEqual(['q1', 'q2', 'a4']);
    await posts.answer('q2');
    expect(posts.left).toEqual(['q1', 'q2', 'a4', 'q3']);
    await posts.answer('q1', 'q3');
    expect(posts.left).toEqual(['q1', 'q2', 'a4', 'q3', 'q5']);
  });

  test('with one at a time every message waits for the one before it', async () => {
    const posts = new Posts(1);
    await posts.add('q1', 'a2', 'n3');
    for (const [index, text] of ['q1', 'a2', 'n3'].entries()) {
      expect(posts.left).toHaveLength(index + 1);
      await posts.answer(text);
    }
    expect(posts.left).toEqual(['q1', 'a2', 'n3']);
  });

  test('it is idle when everything is answered, and not before', async () => {
    const posts = new Posts(64);
    await posts.lane.idle();
    await posts.add('q1', 'n2');
    let isIdle = false;
    void posts.lane.idle().then(() => {
      isIdle = true;
    });
    await posts.answer('q1');
    expect(isIdle).toBe(false);
    await posts.answer('n2');
    expect(isIdle).toBe(true);
  });
});
