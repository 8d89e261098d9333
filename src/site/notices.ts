import { readFile } from 'node:fs/promises';
import { defineForms } from '../forms/index.ts';
import type { Control, FormDefinition } from '../forms/index.ts';
import { decodePage, parsePage } from '../html/index.ts';
import type { PageDocument } from '../html/index.ts';
import { foldName } from '../schema/index.ts';
import { formatPosition } from '../std/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { isFormspree, resolveAddress } from './address.ts';
import type { Site } from './site.ts';

/** Pages with forms that are looked at for the notice at start; `check` looks at all. */
const noticePagesMax = 200;

/** What is looked at for forms. */
type FormSite = Pick<Site, 'pages' | 'files' | 'formFiles' | 'origin'>;

/** Lines for the notice at start: forms that cannot work yet, and what to write. Parses only pages that hold forms. */
export async function formNotices(site: FormSite): Promise<string[]> {
  const lines: string[] = [];
  for (const diagnostic of await formFaults(site, noticePagesMax)) {
    const place = diagnostic.at ? formatPosition(diagnostic.at) : '';
    lines.push(`${place}: ${diagnostic.message} ${diagnostic.fix ?? ''}`.trim());
  }
  return lines;
}

/** Forms that cannot work yet: no `method="post"`, or controls without a name. Of `pagesMax` unmarked pages at most. */
export async function formFaults(site: FormSite, pagesMax = Number.POSITIVE_INFINITY): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  for (const page of site.pages.values()) {
    for (const { definition, operation, place } of page.forms) {
      if (place.decoration === true) continue;
      if (operation === 'insert' || operation === 'update') diagnostics.push(...namelessControls(definition));
      else if (operation === 'none') diagnostics.push(...unposted(definition, page.file, site.origin));
    }
  }
  for (const file of site.formFiles.slice(0, pagesMax)) {
    const document = await parseFile(site, file);
    if (!document) continue;
    for (const definition of defineForms(document)) diagnostics.push(...unposted(definition, file, site.origin));
  }
  return diagnostics;
}

/** Parses a page as it is on disk; undefined when it is gone. */
export async function parseFile(site: Pick<Site, 'files'>, file: string): Promise<PageDocument | undefined> {
  const found = site.files.get(file);
  if (!found) return undefined;
  try {
    const decoded = decodePage(await readFile(found.absolutePath), file);
    return decoded.ok ? parsePage({ file, text: decoded.text }) : undefined;
  } catch {
    return undefined;
  }
}

const silentTypes: ReadonlySet<string> = new Set(['hidden', 'submit', 'image', 'reset', 'button']);

function fields(definition: FormDefinition): Control[] {
  return definition.controls.filter((control) => !silentTypes.has(control.type) && !control.inDatalist);
}

/** A form that looks as if it were meant to send something, and has no method to send it by. */
function unposted(definition: FormDefinition, file: string, origin: string | undefined): Diagnostic[] {
  if (definition.method !== 'get' || definition.filters === true) return [];
  const { action } = definition;
  if (
    action !== undefined &&
    (isFormspree(action) || !['same', 'inside'].includes(resolveAddress(file, action, origin).kind))
  ) {
    return [];
  }
  const asked = fields(definition);
  const sends =
    asked.some((control) => ['textarea', 'email', 'tel', 'password', 'file'].includes(control.type)) ||
    asked.length > 2;
  if (!sends || (definition.methodWritten === true && asked.every((control) => control.name !== ''))) return [];
  const named = namelessControls(definition);
  const names = named.length === 0 ? '' : ` ${named.map((each) => each.fix ?? '').join(' ')}`;
  return [
    {
      severity: 'warning',
      code: 'site/form-not-posted',
      message: 'This form does not send anything to the server: it has no method="post".',
      fix: `Write <form method="post"${definition.name === undefined ? ' name="message"' : ''}>.${names}`,
      at: definition.at,
    },
  ];
}

function namelessControls(definition: FormDefinition): Diagnostic[] {
  return fields(definition)
    .filter((control) => control.name === '')
    .map((control) => ({
      severity: 'warning' as const,
      code: 'site/control-without-name',
      message: `This ${control.type === 'textarea' || control.type === 'select' ? control.type : `${control.type} field`} has no name, so it is never sent.`,
      fix: `Write name="${proposedName(control)}" on it.`,
      at: control.at,
    }));
}

function proposedName(control: Control): string {
  for (const said of [control.elementId, control.label, control.type]) {
    const name = foldName(said ?? '').slice(0, 40);
    if (name !== '') return name;
  }
  return 'field';
}
