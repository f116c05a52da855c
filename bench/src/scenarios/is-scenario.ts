import type { Scenario } from './scenario.js';

/** Whether what a module exports is a scenario. */
export function isScenario(value: unknown): value is Scenario {
  const { name, cases, open } = (value ?? {}) as Partial<Scenario>;
  return typeof name === 'string' && typeof cases === 'function' && typeof open === 'function';
}

/** Loads the one scenario that a worker measures, and no other. @throws Error when the module has none of that name. */
export async function loadScenario(module: string, name: string): Promise<Scenario> {
  const exported = Object.values((await import(module)) as object).flat();
  const scenario = exported.filter(isScenario).find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name} in ${module}`);
  return scenario;
}
