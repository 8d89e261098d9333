import type { Diagnostic } from '../std/index.ts';
import type { MarkupHole } from './nodes.ts';
import type { Field, RawValue } from './reading.ts';
import { renderMarkdown, sanitiseHtml } from './sanitise.ts';

/** Markdown has no words for much of HTML: says what a sample loses when it is read as Markdown. */
export function markdownDoubt(
  { name, at }: Pick<Field, 'name' | 'at'>,
  { machine, text }: Pick<RawValue, 'machine' | 'text'>,
  hole: Pick<MarkupHole, 'classes' | 'container'> | undefined,
): Diagnostic | undefined {
  const markup = machine ?? '';
  const rendered = renderMarkdown(text, hole?.classes, hole?.container);
  if (!sameMarkup(rendered, sanitiseHtml(markup, hole?.classes, hole?.container))) {
    return {
      severity: 'warning',
      code: 'html/markdown-inexact',
      message: `Markdown cannot say all of this sample of ${name}: the rest is left out where rows are shown.`,
      fix: 'Keep to paragraphs, headings, lists, quotations, code, links, pictures, simple tables and emphasis, or write data-format="html".',
      at,
    };
  }
  if (markup.includes('<') || sameMarkup(renderMarkdown(markup), markup)) return undefined;
  return {
    severity: 'warning',
    code: 'html/markdown-source',
    message: `This sample of ${name} is written in Markdown, which browsers show as it stands, asterisks and all.`,
    fix: 'Write the sample as HTML (<p>Some <em>text</em></p>): it is read back as Markdown.',
    at,
  };
}

/** Whether two pieces of markup show the same: white space, and which element gives an emphasis, do not count. */
function sameMarkup(one: string, other: string): boolean {
  const [a, b] = [comparable(one), comparable(other)];
  return a === b || withoutParagraph(a) === withoutParagraph(b);
}

function comparable(markup: string): string {
  return decoded(
    markup
      .replace(/<(\/?)b>/g, '<$1strong>')
      .replace(/<(\/?)i>/g, '<$1em>')
      .replace(/<(\/?)del>/g, '<$1s>')
      .replace(/[\t\n\f\r ]+/g, ' ')
      .replace(blockEdges, '$1')
      .replaceAll(' </code></pre>', '</code></pre>')
      // A line break at the end of its block breaks nothing.
      .replace(/(?:<br>)+(?=<\/(?:p|li|h[1-6]|td|th)>)/g, '')
      .trim(),
  );
}

/** Words that stand in their element without a paragraph get one. */
function withoutParagraph(markup: string): string {
  return /^<p(?: class="[^"]*")?>((?:(?!<p[ >]).)*)<\/p>$/s.exec(markup)?.[1] ?? markup;
}

const blockEdges =
  / ?(<\/?(?:p|h[1-6]|ul|ol|li|blockquote|pre|hr|table|thead|tbody|tr|th|td|div|section|br)(?: [^>]*)?>) ?/g;

/** Links are percent-encoded by Markdown. */
function decoded(markup: string): string {
  try {
    return decodeURI(markup);
  } catch {
    return markup;
  }
}
