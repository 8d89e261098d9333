import type { z } from 'zod';
import type { contracts as Contracts } from './contracts.ts';
import { invalid } from './problem.ts';

/** The contracts, with zod: loaded by the first request that needs them. */
export async function loadContracts(): Promise<typeof import('./contracts.ts')> {
  return await import('./contracts.ts');
}

/** A body that keeps a contract. Throws a problem, 422, that says which fields do not. */
export async function parseBody<T>(choose: (contracts: typeof Contracts) => z.ZodType<T>, body: unknown): Promise<T> {
  const { contracts, parseContract } = await loadContracts();
  const parsed = parseContract(choose(contracts), body);
  if (!parsed.ok) throw invalid(parsed.problems);
  return parsed.value;
}
