import { foreignMessages } from '../forms/index.ts';
import { renderPage } from '../html/index.ts';
import type { FormState } from '../html/index.ts';
import type { Site, SitePage } from '../site/index.ts';
import type { Tables } from '../tables/index.ts';
import type { PageMade } from './cache.ts';
import { dependencyRecorder } from './dependencies.ts';
import { deleteAddress, formAddress } from './form-address.ts';
import { nextMidnightMs } from './local-date.ts';
import { pageReads } from './reads.ts';
import { resolvePage } from './resolve.ts';
import { filterState } from './state.ts';
import type { PageState } from './state.ts';

/** One rendering of a page: its text, and what it was made from. */
export interface Rendered {
  readonly html: string;
  /** False: the page's own row does not exist. */
  readonly found: boolean;
  readonly made: Omit<PageMade, 'bytes'>;
}

/** Reads everything the page names in one snapshot and splices it in. */
export async function renderFresh(site: Site, tables: Tables, page: SitePage, state: PageState): Promise<Rendered> {
  const recorder = dependencyRecorder();
  return await tables.snapshot(async (reader) => {
    const reads = pageReads(reader, tables.schema, recorder);
    const resolved = await resolvePage(page, reads, state);
    const { versions } = resolved;
    const html = resolved.found
      ? renderPage(page.template, {
          ...resolved.data,
          form: (index, rowId) => formState(page, state, versions, index, rowId),
        })
      : '';
    const expiresMs = expiry(site, page, state);
    return {
      html,
      found: resolved.found,
      made: {
        position: reader.position,
        dependencies: recorder.recorded(),
        ...(expiresMs === undefined ? {} : { expiresMs }),
      },
    };
  });
}

function formState(
  page: SitePage,
  state: PageState,
  versions: ReadonlyMap<string, number>,
  index: number,
  rowId: string,
): FormState | undefined {
  const form = page.forms[index];
  if (!form || form.operation === 'none') return undefined;
  if (form.operation === 'query') return filterState(form, state.parameters);
  const row = rowId === '' ? undefined : { id: rowId, version: versions.get(rowId) ?? 0 };
  const failed = state.failure?.form === form && state.failure.rowId === rowId;
  return {
    action: formAddress(state.path, form, row, state.parameters),
    ...(row ? { deleteAction: deleteAddress(state.path, form, row, state.parameters) } : {}),
    ...(failed && state.failure
      ? { ...state.failure.states, messagesLang: foreignMessages(form.definition.lang) }
      : { controls: {} }),
  };
}

/** When the page's answer changes without a write. `today` changes at midnight; `now` counts in whole seconds. */
function expiry(site: Site, page: SitePage, state: PageState): number | undefined {
  const queries = [...Object.values(page.queries), ...Object.values(page.conditions)];
  const timed = new Set(queries.map(({ timedBy }) => timedBy));
  if (timed.has('moment')) return (Math.floor(state.nowMs / 1000) + 1) * 1000;
  return timed.has('day') ? nextMidnightMs(state.nowMs, site.timeZone) : undefined;
}

/** Makes a state's clock count in whole seconds, so that a page is the same for as long as it is kept. */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
