import { createHash } from 'node:crypto';
import { defineForms } from '../forms/index.ts';
import { compilePage, parsePage, rebaseLinks } from '../html/index.ts';
import type { PageDocument, PageElement, Source, Template } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { audiencesOf } from './audience.ts';
import type { Audiences } from './audience.ts';
import { detailOf } from './detail.ts';
import { planForms } from './form-plan.ts';
import type { FormPlan } from './form-plan.ts';
import { outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
import { policyNeeds } from './policy.ts';
import type { PolicyNeeds } from './policy.ts';
import type { ReadPage } from './compose.ts';
import type { DetailPage } from './site.ts';

/**
 * A page that was parsed and compiled, before the site's schema is known. Plain data that holds all that was read from
 * the parsed page, so that it can be kept on disk.
 */
export interface CompiledPage {
  readonly file: string;
  readonly template: Template;
  readonly audiences: Audiences;
  readonly forms: readonly FormPlan[];
  readonly policy: PolicyNeeds;
  /** SHA-256 of the composed text, hexadecimal. */
  readonly hash: string;
  readonly detail?: DetailPage;
  /** Other files whose text stands in it. */
  readonly dependencies: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileSettings {
  readonly timeZone: string;
  readonly currency?: string;
  readonly origin: string | undefined;
}

/** Parses and compiles a page and plans its forms. Never throws: what goes wrong is told with the page. */
export function compile(page: ReadPage, options: CompileSettings): CompiledPage {
  const { file, source, dependencies } = page;
  try {
    const compiled = compileSource(source, page.diagnostics, dependencies, options, page.document);
    if (!compiled.detail || file.includes('/')) return compiled;
    // A page at the root that stands for a folder (`post.html` for `/post/*`) is served one folder further down.
    const moved = rebaseLinks(source, file, `${compiled.detail.prefix}index.html`);
    return compileSource(moved, page.diagnostics, dependencies, options);
  } catch (error) {
    // A broken invariant in one page must not take down the others; it is told with the page.
    const reason = error instanceof Error ? error.message : String(error);
    const empty = compileSource({ file, text: '' }, [], dependencies, options);
    return {
      ...empty,
      diagnostics: [
        ...page.diagnostics,
        {
          severity: 'error',
          code: 'site/page-failed',
          message: `This page could not be compiled: ${reason}.`,
          fix: 'Please report it with the page; until then it is served as it is written.',
          at: { file, line: 1, column: 1 },
        },
      ],
    };
  }
}

function compileSource(
  source: Source,
  known: readonly Diagnostic[],
  dependencies: readonly string[],
  options: CompileSettings,
  document: PageDocument = parsePage(source),
): CompiledPage {
  const { template, diagnostics } = compilePage(source, {
    document,
    timeZone: options.timeZone,
    ...(options.currency === undefined ? {} : { currency: options.currency }),
  });
  const outline = outlineOf(document, template);
  const definitions = defineForms(document, (control) => listInForm(outline, control));
  const forms = planForms(document, template, definitions, options.origin);
  const detail = detailOf(template);
  return {
    file: source.file,
    template,
    audiences: audiencesOf(outline),
    forms,
    policy: policyNeeds(document, options.origin),
    hash: createHash('sha256').update(source.text).digest('hex'),
    ...(detail.page ? { detail: detail.page } : {}),
    dependencies,
    diagnostics: [...known, ...diagnostics, ...detail.diagnostics],
  };
}

/** The list inside a control's form whose row the control belongs to. */
function listInForm(outline: Outline, control: PageElement): number | undefined {
  const form = outline.formOf(control);
  const scope = outline.scopeAround(control);
  return form && scope.kind === 'list' && outline.scopeAround(form).id !== scope.id ? scope.id : undefined;
}
