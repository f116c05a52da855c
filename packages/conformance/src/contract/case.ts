import type { Ability, TransportFixture } from './fixture.js';
import { Scene } from './scene.js';
import { ContractViolation } from './violation.js';

/** One promise that a transport makes, and the code that holds it to it. */
export interface ContractCase {
  /** Never changes once published: `topic/what`. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  /** What the fixture must be able to do for this case to apply. */
  readonly needs: readonly Ability[];
  /** How long the case may take. A hang ends then, as a violation that names what hung. */
  readonly limitMs: number;
  /**
   * @throws ContractViolation when the transport broke the promise; any other error when the fixture failed or lacks
   *   what the case needs.
   */
  run(fixture: TransportFixture, options?: RunOptions): Promise<void>;
}

export interface RunOptions {
  /** Instead of the case's own `limitMs`. */
  limitMs?: number | undefined;
}

const defaultLimitMs = 10_000;

export function defineCase(
  spec: { id: string; title: string; needs?: readonly Ability[]; limitMs?: number },
  body: (scene: Scene) => Promise<void>,
): ContractCase {
  const { id, title, needs = [], limitMs = defaultLimitMs } = spec;
  return Object.freeze({
    id,
    title,
    needs: Object.freeze([...needs]),
    limitMs,
    async run(fixture: TransportFixture, options: RunOptions = {}): Promise<void> {
      const missing = missingAbilities(needs, fixture);
      if (missing.length > 0) {
        throw new Error(`Case ${id} does not apply to ${fixture.name}, which lacks: ${missing.join(', ')}. Use selectCases(fixture).`);
      }
      const scene = new Scene(fixture, options.limitMs ?? limitMs);
      try {
        await body(scene);
      } catch (error) {
        if (error instanceof ContractViolation) error.caseId = id;
        // What the transport did wrong matters more than that it could not be cleaned away afterwards.
        await scene.dispose().catch(() => {});
        throw error;
      }
      await scene.dispose();
    },
  });
}

export function missingAbilities(needs: readonly Ability[], fixture: TransportFixture): Ability[] {
  return needs.filter((need) => !fixture.abilities.includes(need));
}
