import { lintForm } from '../forms/index.ts';
import { parsePage } from '../html/index.ts';
import type { PageDocument } from '../html/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { accessChecks } from './access-checks.ts';
import { describeAudience, describeQuery } from './describe.ts';
import { causeOf, differences } from './differences.ts';
import type { Cause } from './differences.ts';
import { deadLinks, idsIn } from './links.ts';
import { formFaults, parseFile } from './notices.ts';
import { putBack } from './put-back.ts';
import { readSeeds } from './seeds.ts';
import { isPageFile } from './routes.ts';
import type { Site, SitePage } from './site.ts';

/**
 * Everything `backlot check` says of a site: what each page holds (notes), what is wrong, where a page filled with its
 * own samples differs from the file, dead links, lint of forms, and who may do more than the author may think. In
 * page order. Parses every page of the folder.
 */
export async function checkSite(site: Site): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [...site.diagnostics, ...readSeeds(site).diagnostics];
  for (const page of site.pages.values()) found.push(...checkPage(site, page));
  found.push(...(await formFaults(site)));
  found.push(...(await checkLinks(site)));
  return inOrder(withoutRepeats(found));
}

function checkPage(site: Site, page: SitePage): Diagnostic[] {
  const document = parsePage(page.template.source);
  return [
    ...holdings(page),
    ...page.forms.flatMap((form) => (form.table === null ? [] : lintForm(form.definition, { table: form.table }))),
    ...accessChecks(site, page, document),
    ...(page.ok ? samplesThatChange(page, document) : []),
  ];
}

/** What a page holds: its lists, rows and forms, one line each. */
function holdings(page: SitePage): Diagnostic[] {
  const notes: Diagnostic[] = [];
  const note = (code: string, message: string, at: SourcePosition): void => {
    notes.push({ severity: 'note', code, message, at });
  };
  for (const scope of page.template.scopes) {
    const table = scope.table ?? '';
    const audience = describeAudience(page.access.scopes[scope.id] ?? 'anyone');
    if (scope.kind === 'list') {
      const words = describeQuery(scope.query);
      note('site/list', `A list of \`${table}\`${words === '' ? '' : ` (${words})`}, seen by ${audience}.`, scope.at);
    } else if (scope.kind === 'row') {
      note(
        'site/row',
        `A row of \`${table}\`${scope.key === undefined ? '' : ` by its ${scope.key}`}, seen by ${audience}.`,
        scope.at,
      );
    }
  }
  for (const form of page.forms) {
    if (form.operation === 'query') {
      const names = form.filters.map((filter) => filter.parameter).join(', ');
      note('site/filter', `A form that filters by ${names === '' ? 'nothing' : names}.`, form.place.at);
    } else if (form.operation !== 'none') {
      const verb = form.operation === 'insert' ? 'adds to' : 'changes';
      note(
        'site/form',
        `The form “${form.name}” ${verb} \`${form.table ?? ''}\`, sent by ${describeAudience(form.as)}.`,
        form.place.at,
      );
    }
  }
  const needs = policyWords(page.policy);
  if (needs !== '')
    note('site/policy', `Its Content-Security-Policy allows ${needs}.`, { file: page.file, line: 1, column: 1 });
  return notes;
}

/** What a page's policy allows beside the site's own files. */
function policyWords({ scripts, handlers, origins }: SitePage['policy']): string {
  const parts: string[] = [];
  if (scripts.length > 0) parts.push(`${scripts.length} inline script${scripts.length === 1 ? '' : 's'}`);
  if (handlers.length > 0) parts.push(`${handlers.length} inline handler${handlers.length === 1 ? '' : 's'}`);
  for (const [directive, hosts] of Object.entries(origins)) parts.push(`${directive} ${hosts.join(' ')}`);
  return parts.join(', ');
}

const causes: Readonly<Record<Exclude<Cause, 'marks'>, string>> = {
  whitespace: 'only in white space and line breaks',
  attributes: 'in attributes of elements that no column fills',
  text: 'in the text of elements that no column fills, or in how a value is written',
  markup: 'in elements that one sample has and the template has not',
};

/** Where samples would not come back as they are written, one line for each cause. */
function samplesThatChange(page: SitePage, document: PageDocument): Diagnostic[] {
  const { text } = page.template.source;
  const rendered = putBack(page);
  if (rendered === text) return [];
  const lines = lineStarts(text);
  const byCause = Map.groupBy(differences(text, rendered), causeOf);
  return [...byCause].flatMap(([cause, found]): Diagnostic[] => {
    if (cause === 'marks') return [];
    const [first] = found;
    const at = document.positionOf(lines[(first?.line ?? 1) - 1] ?? 0);
    const others = found.slice(1, 6).map(({ line }) => document.positionOf(lines[line - 1] ?? 0).line);
    const more =
      others.length === 0
        ? ''
        : ` Also at line ${others.join(', ')}${found.length > 6 ? ` and ${found.length - 6} more places` : ''}.`;
    return [
      {
        severity: 'note',
        code: `site/sample-${cause}`,
        message: `Filled with its own samples, this page differs from the file ${causes[cause]}.${more}`,
        fix: 'Rows are written as the template’s sample is (the one with the most marks): write the other samples the same way, or mark what differs.',
        at,
      },
    ];
  });
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Dead links of every page of the folder, marked or not. */
async function checkLinks(site: Site): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  const ids = new Map<string, ReadonlySet<string> | undefined>();
  const idsOf = async (file: string): Promise<void> => {
    if (ids.has(file)) return;
    const document = await documentOf(site, file);
    ids.set(file, document && idsIn(document));
  };
  for (const file of site.files.keys()) {
    if (!isPageFile(file)) continue;
    const document = await documentOf(site, file);
    if (!document) continue;
    const wanted = new Set<string>();
    const note = (target: string): undefined => {
      wanted.add(target);
    };
    deadLinks(document, site.routes, note, site.origin);
    for (const target of wanted) await idsOf(target);
    found.push(...deadLinks(document, site.routes, (target) => ids.get(target), site.origin));
  }
  return found;
}

async function documentOf(site: Site, file: string): Promise<PageDocument | undefined> {
  const page = site.pages.get(file);
  return page ? parsePage(page.template.source) : await parseFile(site, file);
}

function withoutRepeats(found: readonly Diagnostic[]): Diagnostic[] {
  const byText = new Map(found.map((each) => [JSON.stringify([each.code, each.message, each.at]), each]));
  return [...byText.values()];
}

function inOrder(found: readonly Diagnostic[]): Diagnostic[] {
  return [...found].sort((a, b) => {
    const [x, y] = [a.at, b.at];
    if (!x || !y) return Number(Boolean(x)) - Number(Boolean(y));
    if (x.file !== y.file) return x.file < y.file ? -1 : 1;
    return x.line - y.line || x.column - y.column;
  });
}
