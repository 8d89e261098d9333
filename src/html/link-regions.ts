import type {
  AroundRegion,
  GuardRegion,
  HiddenHole,
  IdHole,
  IdReference,
  IfRegion,
  ListRegion,
  RowRegion,
} from './nodes.ts';
import { runSteps, sameValue } from './program.ts';
import type { Linker, State, Step } from './program.ts';
import { writeSlot } from './slot.ts';
import type { ScopeData, ScopeRows } from './template.ts';

const nothing: ScopeData = { id: '', version: 0, values: {}, conditions: {}, scopes: {} };

export function linkIf(node: IfRegion, inner: readonly Step[]): Step {
  const { condition, staysHidden } = node;
  if (staysHidden) return (state) => runSteps(inner, state);
  return (state) => {
    if (state.current.conditions[condition] === true) runSteps(inner, state);
  };
}

export function linkHidden({ slot, condition }: HiddenHole): Step {
  return (state) => {
    if (state.current.conditions[condition] !== true) state.out += slot.original;
  };
}

export function linkGuard({ guard }: GuardRegion, inner: readonly Step[]): Step {
  return (state) => {
    if (state.data.guards?.[guard] === true) runSteps(inner, state);
  };
}

export function linkAround(linker: Linker, { scope }: AroundRegion, inner: readonly Step[]): Step {
  const outer = linker.template.scopes[scope]?.parent ?? 0;
  return (state) => {
    const found = state.current.scopes[scope] ?? { around: nothing, rows: [] };
    const { current } = state;
    const row = state.rowOf[outer];
    state.current = found.around;
    state.rowOf[outer] = found.around;
    state.lists[scope] = found;
    runSteps(inner, state);
    state.current = current;
    state.rowOf[outer] = row;
  };
}

export function linkRow({ scope, always }: RowRegion, inner: readonly Step[]): Step {
  return (state) => {
    const row = state.current.scopes[scope]?.rows[0] ?? (always ? nothing : undefined);
    if (!row) return;
    const { current } = state;
    const before = state.rowOf[scope];
    const beforeId = state.rowIds[scope];
    state.current = row;
    state.rowOf[scope] = row;
    state.rowIds[scope] = row.id;
    runSteps(inner, state);
    state.current = current;
    state.rowOf[scope] = before;
    state.rowIds[scope] = beforeId;
  };
}

export function linkList(linker: Linker, node: ListRegion, inner: readonly (readonly Step[])[]): Step {
  const { scope, separator, variants } = node;
  const conditions = variants.map(({ condition }) => condition);
  const isOwn = variants.map(({ variant }) => ownSampleTest(linker, scope, variant));
  const chained = linker.template.scopes[scope]?.relation.kind !== 'children';
  return (state) => {
    const found = state.lists[scope] ?? state.current.scopes[scope];
    if (!found) return;
    const { current, ownItem } = state;
    const outerSuffix = chained ? (outerSuffixOf(linker, state, scope) ?? '') : '';
    const used = new Set<number>();
    let first = true;
    for (const row of found.rows) {
      const index = conditions.findIndex((condition) => condition === null || row.conditions[condition] === true);
      if (index < 0) continue;
      if (!first) state.out += separator;
      first = false;
      const own = ownItem && !used.has(index) && isOwn[index]!(row);
      if (own) used.add(index);
      state.current = row;
      state.rowOf[scope] = row;
      state.rowIds[scope] = row.id;
      state.suffixes[scope] = own ? '' : `${outerSuffix}-${row.id}`;
      state.ownItem = own;
      runSteps(inner[index]!, state);
    }
    state.current = current;
    state.ownItem = ownItem;
    state.rowOf[scope] = undefined;
    state.rowIds[scope] = undefined;
    state.suffixes[scope] = undefined;
    state.lists[scope] = undefined;
  };
}

/** Whether a row is the one that a template was written for: all that its sample says is the same (nothing: any row). */
function ownSampleTest(linker: Linker, scope: number, variant: number): (row: ScopeData) => boolean {
  const shown = new Set(linker.template.scopes[scope]?.row.paths.map(({ path }) => path));
  const sample = Object.entries(linker.own[scope]?.[variant] ?? {}).filter(([name]) => shown.has(name));
  return (row) => sample.every(([name, value]) => sameValue(row.values[name] ?? null, value));
}

/** What ids get in the nearest item around a list. */
function outerSuffixOf(linker: Linker, state: State, scope: number): string | undefined {
  for (let around = linker.template.scopes[scope]?.parent; around; around = linker.template.scopes[around]?.parent) {
    const suffix = state.suffixes[around];
    if (suffix !== undefined) return suffix;
  }
  return undefined;
}

export function linkId({ slot, scope }: IdHole): Step {
  return (state) => {
    const suffix = state.suffixes[scope] ?? '';
    state.out += suffix === '' ? slot.original : writeSlot(slot, (slot.value ?? '') + suffix);
  };
}

export function linkIdReference(linker: Linker, { slot, parts }: IdReference): Step {
  const elsewhere = parts
    .filter((part) => typeof part !== 'string')
    .filter(({ scope, own }) => scope !== own)
    .map(({ scope }) => scope);
  const tests = new Map(elsewhere.map((scope) => [scope, firstOwn(linker, scope)]));
  return (state) => {
    let value = '';
    for (const part of parts) {
      if (typeof part === 'string') value += part;
      else if (part.scope === part.own) value += state.suffixes[part.scope] ?? '';
      else {
        const id = state.rowIds[part.own] ?? '';
        value += id === '' || tests.get(part.scope)!(state) === id ? '' : `-${id}`;
      }
    }
    state.out += writeSlot(slot, value);
  };
}

/** The id of the row that a list of the page renders as its template's own sample. */
function firstOwn(linker: Linker, scope: number): (state: State) => string | undefined {
  const variants = linker.layout.readers[scope]?.variants ?? [];
  const tests = variants.map((_variant, index) => ownSampleTest(linker, scope, index));
  return (state) => {
    const rows = rowsInPage(state, scope)?.rows ?? [];
    return rows.find((row) => tests.some((test) => test(row)))?.id;
  };
}

function rowsInPage(state: State, scope: number): ScopeRows | undefined {
  const { root } = state.data;
  if (root.scopes[scope]) return root.scopes[scope];
  return Object.values(root.scopes).find(({ around }) => around.scopes[scope])?.around.scopes[scope];
}
