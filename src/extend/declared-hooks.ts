import type { SourcePosition } from '../std/index.ts';
import type { Operation } from '../tables/index.ts';
import { configError, isObject, placeOfPart } from './config-error.ts';

export type HookKind = 'transform' | 'check' | 'after';

/** One function of a site's configuration. */
export interface DeclaredHook {
  readonly kind: HookKind;
  readonly table: string;
  readonly operation: Operation;
  /** Where it stands in the configuration: `hooks.booking.insert.check`. Jobs know it by this name. */
  readonly name: string;
  readonly run: (told: unknown) => unknown;
}

const operations = ['insert', 'update', 'delete'] as const satisfies readonly Operation[];
const kinds = ['transform', 'check', 'after'] as const satisfies readonly HookKind[];

/**
 * Reads the `hooks` of a configuration.
 *
 * @throws BacklotError `extend/config` naming the place, for every name that means nothing and whatever is no function
 */
export function readHooks(siteDir: string, file: string, hooks: unknown): readonly DeclaredHook[] {
  if (hooks === undefined) return [];
  if (!isObject(hooks)) throw configError(file, 'hooks must be an object, by table.');
  const found: DeclaredHook[] = [];
  const at = (key: string, part: unknown): SourcePosition | undefined => placeOfPart(siteDir, file, key, part);
  for (const [table, ofTable] of Object.entries(hooks)) {
    for (const [operation, ofOperation] of partsOf(file, `hooks.${table}`, ofTable, operations, at)) {
      for (const [kind, given] of partsOf(file, `hooks.${table}.${operation}`, ofOperation, kinds, at)) {
        const name = `hooks.${table}.${operation}.${kind}`;
        found.push(...functionsOf(file, name, given, at).map((each) => ({ ...each, kind, table, operation })));
      }
    }
  }
  return found;
}

type PlaceOf = (key: string, part: unknown) => SourcePosition | undefined;

function partsOf<Name extends string>(
  file: string,
  name: string,
  part: unknown,
  known: readonly Name[],
  at: PlaceOf,
): readonly (readonly [Name, unknown])[] {
  if (part === undefined) return [];
  const key = name.slice(name.lastIndexOf('.') + 1);
  if (!isObject(part)) throw configError(file, `${name} must be an object with ${listed(known)}.`, at(key, part));
  return Object.entries(part).map(([written, inner]) => {
    const meant = known.find((each) => each === written);
    if (meant !== undefined) return [meant, inner];
    throw configError(file, `${name} has "${written}"; it may have ${listed(known)}.`, at(written, inner));
  });
}

function functionsOf(file: string, name: string, given: unknown, at: PlaceOf): Pick<DeclaredHook, 'name' | 'run'>[] {
  if (given === undefined) return [];
  const several: readonly unknown[] = Array.isArray(given) ? given : [given];
  return several.map((run, index) => {
    const own = several.length > 1 ? `${name}[${index}]` : name;
    if (isFunction(run)) return { name: own, run };
    const key = name.slice(name.lastIndexOf('.') + 1);
    throw configError(file, `${own} must be a function, or an array of functions.`, at(key, run));
  });
}

function isFunction(value: unknown): value is (told: unknown) => unknown {
  return typeof value === 'function';
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
